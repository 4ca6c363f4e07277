-- When a carrier was heard of last, by a webhook that it had signed, whichever process that reached. Written with
-- heartbeats, by each process once a minute at most; read when one starts; kept for ever, a row for each carrier.
create table carrier_heard (
    carrier text not null primary key,
    heard_at bigint not null
);
