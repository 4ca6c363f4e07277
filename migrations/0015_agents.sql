-- What is known of agents beside their desk's file: which of their numbers are verified, and who is muted.

-- A number that an agent has shown to be his, by a code that was sent to it. It goes when the desk's file no longer has
-- the number for that agent.
create table verified_number (
    desk text not null references desk (key),
    -- By his short name at the desk.
    agent text not null,
    number text not null,
    verified_at bigint not null,
    verified_by text not null,
    primary key (desk, agent, number)
);

-- The code that was sent to a number last, hashed, while it is awaited; and how many were sent there lately, kept for a
-- day, so that nobody is pestered.
create table number_code (
    desk text not null references desk (key),
    agent text not null,
    number text not null,
    -- argon2id: six digits are guessed at once from any faster one. Empty when it is used up.
    hash text not null,
    sent_at bigint not null,
    sent bigint not null,
    expires_at bigint not null,
    -- Tries that are left.
    tries bigint not null,
    primary key (desk, agent, number)
);
create index number_code_age on number_code (sent_at);

-- An agent whom pages pass over until a time, as long as somebody else is left. One row an agent; what is over is
-- forgotten by and by.
create table mute (
    desk text not null references desk (key),
    agent text not null,
    until_at bigint not null,
    reason text not null,
    muted_by text not null,
    muted_at bigint not null,
    primary key (desk, agent)
);
create index mute_end on mute (until_at);
