-- What a manager declares for a while, otherwise than the desk's file has it.

-- That callers meet a desk otherwise until an instant: one row each, written by whoever declares it, kept for good.
create table desk_exception (
    id text not null primary key,
    desk text not null references desk (key),
    -- desk_closed, nobody, desk_open or everyone (src/rules/hours/exception.rs).
    what text not null,
    declared_at bigint not null,
    declared_by text not null,
    -- When it is over by itself.
    until_at bigint not null,
    -- When somebody ended it before that, or another took its place, and who; null if nobody did.
    ended_at bigint,
    ended_by text
);
create index desk_exception_of_desk on desk_exception (desk, until_at);
-- What is not ended is little, however long the table.
create index desk_exception_lasts on desk_exception (until_at) where ended_at is null;

-- How often that was changed: processes see by it that they have to read again.
alter table desk add column exceptions bigint not null default 0;
