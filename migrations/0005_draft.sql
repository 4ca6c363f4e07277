-- Change sets: what managers prepare for a desk before it comes into force, and who brought each version into force.

-- Edits of a desk's file that are not in force yet, in their order (src/rules/desk/edit.rs), as JSON. A desk has one
-- draft, which its managers share; it is gone when it is published or thrown away.
create table draft (
    desk text not null primary key references desk (key),
    edits text not null,
    -- Another one after every change: what somebody publishes is what he saw.
    revision text not null,
    began_at bigint not null,
    began_by text not null,
    changed_at bigint not null,
    changed_by text not null
);

-- Who applied or published a version; null for those before this was written down.
alter table desk_version add column applied_by text;
-- What it changed, in lines that people read; null if that is not known.
alter table desk_version add column changes text;
