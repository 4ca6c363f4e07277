-- Who was told of a request for cover, how and when; and who is still to be.

-- What somebody was told of a request last, or is to be told, written with the news and kept as long as the request; news
-- that are none any more before they were told are removed.
create table cover_told (
    cover text not null references cover (id),
    -- An agent's short name; empty for the desk's manager.
    reader text not null,
    -- What happened (src/rules/cover/told.rs, as JSON).
    what text not null,
    -- sms or voice; null if no number of the reader's is in use.
    method text,
    -- When it was told, or from when on it is to be.
    told_at bigint not null,
    -- Whether it is still to be told.
    waits bigint not null,
    -- The row of the outbox by which it was; null if there is none.
    sent text,
    primary key (cover, reader)
);
-- Few wait, however many were told.
create index cover_told_due on cover_told (told_at) where waits = 1;
create index cover_told_sent on cover_told (sent);
