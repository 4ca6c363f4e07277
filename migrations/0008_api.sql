-- What the API needs: changes that are asked for twice and made once, and lists that go on where they ended.

-- What a program was answered that named its request, by who asked and what it called it. Kept for a day.
create table idempotency (
    -- The hash of the token.
    asker text not null,
    key text not null,
    -- The SHA-256 of what was asked for: the same key for something else is a mistake.
    request text not null,
    status bigint not null,
    body text not null,
    tag text,
    created_at bigint not null,
    primary key (asker, key)
);
create index idempotency_age on idempotency (created_at);

-- Tickets of one millisecond have an order as well.
drop index ticket_of_desk;
create index ticket_of_desk on ticket (desk, opened_at, id);
