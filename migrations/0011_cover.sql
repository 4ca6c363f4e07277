-- Cover and swaps: what agents ask of each other.

-- A request for cover or the offer of a swap, written when it is asked for and kept for good. Beside the document
-- (src/rules/cover.rs, as JSON) stands what is searched by.
create table cover (
    id text not null primary key,
    desk text not null references desk (key),
    document text not null,
    -- How often it has changed: who changes it has seen this one.
    step bigint not null,
    -- The version of the desk that it was last held against.
    version bigint not null,
    -- Whether time or a change of the rota may still change it.
    live bigint not null,
    -- When time changes it next.
    due bigint,
    ends_at bigint not null
);
create index cover_of_desk on cover (desk, ends_at);
-- Few are live, however many there were.
create index cover_due on cover (due) where live = 1;
create index cover_live on cover (desk, version) where live = 1;
