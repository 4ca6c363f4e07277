-- Calendar feeds: addresses at which other programs read who is on call, without signing in.

-- An address. Whoever has it reads the feed, as long as the account that made it may see the desk; it is shown once.
-- Written when somebody makes it, and kept when it has ended, as the audit log is.
create table feed (
    -- Names it on pages.
    id text not null primary key,
    -- The SHA-256 of the secret in the address.
    hash text not null unique,
    desk text not null,
    -- Everybody's shifts by this rota, or …
    rota text,
    -- … this agent's by all rotas of the desk.
    agent text,
    created_by text not null references account (id),
    created_at bigint not null,
    ended_at bigint,
    -- To the hour.
    last_used_at bigint
);
create index feed_of_desk on feed (desk, created_at) where ended_at is null;
