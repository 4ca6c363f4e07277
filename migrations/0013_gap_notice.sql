-- What managers are told of gaps in their rotas.

-- A notice that was told (src/rules/desk/warn.rs names them); forgotten when it is long past.
create table gap_notice (
    desk text not null references desk (key),
    name text not null,
    told_at bigint not null,
    primary key (desk, name)
);
create index gap_notice_age on gap_notice (told_at);

-- When a desk's gaps are looked at next, and of which version they were looked at last. One row a desk.
create table gap_watch (
    desk text not null primary key references desk (key),
    version bigint not null,
    due bigint not null
);
