-- Leave: when agents are away.

-- An agent's absence, written by himself or a manager, and kept until one of them takes it away.
create table leave (
    id text not null primary key,
    desk text not null references desk (key),
    -- By his short name at the desk.
    agent text not null,
    from_at bigint not null,
    to_at bigint not null,
    note text not null,
    noted_by text not null,
    noted_at bigint not null,
    -- Two taps of one finger write it once.
    unique (desk, agent, from_at, to_at)
);
create index leave_of_desk on leave (desk, to_at);
