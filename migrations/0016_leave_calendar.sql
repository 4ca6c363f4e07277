-- Leave from calendars: addresses at which agents' absences are read, again and again.

-- An agent's calendar of absences. Written when he or a manager enters its address, kept until one of them takes it away.
create table leave_calendar (
    id text not null primary key,
    desk text not null references desk (key),
    -- By his short name at the desk.
    agent text not null,
    -- A secret: whoever has it reads the calendar.
    address text not null,
    -- Whether events shorter than a day count for nothing.
    whole_days bigint not null,
    -- When he is away, as it was read last: JSON of src/rules/cover.rs, Span.
    absences text not null,
    -- By which the server knows again what it gave us (ETag, Last-Modified).
    tag text,
    modified text,
    -- When it was last read well, and when all of it was last read.
    read_at bigint not null,
    whole_at bigint not null,
    -- Since when it cannot be read, and why.
    failed_since bigint,
    failure text not null,
    -- When it is read next; while it is being read, when somebody else may take it.
    due bigint not null,
    -- How often it has changed: who writes what he read has seen this one.
    step bigint not null,
    noted_by text not null,
    noted_at bigint not null,
    unique (desk, agent)
);
create index leave_calendar_due on leave_calendar (due);
