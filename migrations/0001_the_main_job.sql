-- The main job: calls become tickets, tickets become pages, pages become acknowledgements and callbacks.
-- One text for SQLite and PostgreSQL. Instants are epoch milliseconds, documents are JSON.

-- A desk as its file describes it; version counts the applied files.
create table desk (
    key text not null primary key,
    version bigint not null,
    document text not null,
    applied_at bigint not null
);

-- Every file that was applied, as it was written.
create table desk_version (
    desk text not null references desk (key),
    version bigint not null,
    source text not null,
    applied_at bigint not null,
    primary key (desk, version)
);

-- Which desk a number belongs to; a number belongs to one desk.
create table line (
    number text not null primary key,
    desk text not null references desk (key),
    -- The number of the newest ticket on this line.
    last_ticket bigint not null
);

-- Voice flows by version: a call goes on by the one that it began with.
create table flow_version (
    version text not null primary key,
    name text not null,
    source text not null,
    first_seen bigint not null
);

-- A ticket. The document holds it with its escalation, pages, attempts and callback; the columns are what is searched.
create table ticket (
    id text not null primary key,
    desk text not null references desk (key),
    line text not null,
    number bigint not null,
    severity bigint not null,
    state text not null,
    caller_id text,
    callback_number text,
    holder text,
    opened_at bigint not null,
    acked_at bigint,
    called_back_at bigint,
    resolved_at bigint,
    -- When time alone changes something.
    next_due bigint,
    -- Rows of the timeline so far.
    entry_rows bigint not null,
    document text not null,
    unique (line, number)
);
create index ticket_due on ticket (severity, next_due) where next_due is not null;
create index ticket_of_desk on ticket (desk, opened_at);
create index ticket_of_caller on ticket (caller_id, desk) where state in ('open', 'abandoned');
create index ticket_of_callback on ticket (callback_number, desk) where state in ('open', 'abandoned');

-- The timeline: one row for what one event brought, as a list in order.
create table ticket_entry (
    ticket_id text not null references ticket (id),
    ordinal bigint not null,
    entries text not null,
    primary key (ticket_id, ordinal)
);

-- Whose word counts for a ticket: everybody who was paged for it.
create table paged (
    desk text not null,
    agent text not null,
    ticket_id text not null references ticket (id),
    primary key (desk, agent, ticket_id)
);

-- An inbound call, between two of its turns.
create table call (
    carrier text not null,
    sid text not null,
    desk text not null,
    ticket_id text,
    -- When it is asked after, if nothing is heard of it; null once it is over.
    deadline bigint,
    document text not null,
    primary key (carrier, sid)
);
create index call_deadline on call (deadline) where deadline is not null;

-- What carriers sent, by what makes it unique, with the answer that a repetition gets. Kept for a day.
create table inbox (
    carrier text not null,
    key text not null,
    received_at bigint not null,
    answer text not null,
    primary key (carrier, key)
);
create index inbox_age on inbox (received_at);

-- What is to be done outside, until it is done. Claimed with a lease, and a fence that counts the claims.
create table outbox (
    id text not null primary key,
    ticket_id text,
    attempt_id text,
    payload text not null,
    -- 1 is served first.
    rank bigint not null,
    due bigint not null,
    lease_owner text,
    lease_until bigint not null,
    fence bigint not null,
    -- 1 once a claim ended without a word of what came of it: perhaps it was done.
    doubtful bigint not null,
    created_at bigint not null
);
create index outbox_due on outbox (rank, due);
create index outbox_claimed on outbox (lease_until) where lease_until > 0;
create index outbox_of_attempt on outbox (attempt_id);

-- A process that performs effects; dead when it has not been heard for five seconds.
create table instance (
    id text not null primary key,
    node text not null,
    beat bigint not null
);

-- Ways of reaching somebody that work no longer.
create table dead_method (
    number text not null,
    method text not null,
    why text not null,
    since bigint not null,
    primary key (number, method)
);

-- Recordings that carriers made, fetched from them.
create table recording (
    carrier text not null,
    sid text not null,
    ticket_id text not null,
    seconds bigint not null,
    content bytea,
    fetched_at bigint,
    primary key (carrier, sid)
);
create index recording_of_ticket on recording (ticket_id);

-- Addresses at which a carrier may play a recording, for ten minutes.
create table recording_link (
    secret text not null primary key,
    carrier text not null,
    sid text not null,
    expires_at bigint not null
);

-- Bearer tokens of the API, hashed.
create table token (
    hash text not null primary key,
    name text not null,
    created_at bigint not null,
    expires_at bigint
);
