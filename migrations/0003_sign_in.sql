-- Who may sign in and what he may do; which browsers are signed in; and what anybody changed.

-- Somebody who may sign in. Written when he takes an invitation up; never removed, so that the audit log keeps meaning
-- somebody.
create table account (
    id text not null primary key,
    -- In lower case.
    email text not null unique,
    name text not null,
    -- argon2id, as a PHC string.
    password text not null,
    -- The secret that is shared with his authenticator, in base32; null if no code is asked for.
    totp_secret text,
    -- The time step of the newest code that was taken: none of it or before it is taken again.
    totp_step bigint not null,
    created_at bigint not null,
    -- Since when he may not sign in.
    disabled_at bigint
);

-- What an account is, at a desk or ('*') at every desk.
create table account_role (
    account text not null references account (id),
    desk text not null,
    role text not null,
    primary key (account, desk)
);

-- A browser that is signed in, or (half = 1) that gave a password and still owes the code. Removed when it is signed
-- out and some time after it expires.
create table session (
    -- Names it on pages.
    id text not null primary key,
    -- The SHA-256 of the secret that its cookie holds.
    hash text not null unique,
    account text not null references account (id),
    half bigint not null,
    created_at bigint not null,
    seen_at bigint not null,
    expires_at bigint not null,
    address text,
    browser text
);
create index session_of_account on session (account, seen_at);
create index session_age on session (expires_at);

-- A one-time link: 'first' makes the first administrator, 'join' an account for an address, 'reset' lets one that is
-- there choose a password again. Removed when it has long expired.
create table invitation (
    -- The SHA-256 of the link's secret.
    hash text not null primary key,
    purpose text not null,
    -- For whom; null for the first administrator, who says it himself.
    email text,
    role text,
    desk text,
    created_at bigint not null,
    expires_at bigint not null,
    used_at bigint
);
create index invitation_of_email on invitation (email);
create index invitation_age on invitation (expires_at);

-- Every change, as a chain: src/rules/audit.rs says how hashes are made. Never changed, never removed.
create table audit (
    ordinal bigint not null primary key,
    at bigint not null,
    actor text not null,
    address text,
    action text not null,
    desk text,
    subject text not null,
    before text,
    after text,
    previous text not null,
    hash text not null
);
create index audit_of_desk on audit (desk, ordinal);

-- The newest entry of the log. Its one row is locked by whoever adds an entry; src/store/mod.rs says in which order.
create table audit_head (
    one bigint not null primary key,
    ordinal bigint not null,
    hash text not null
);
insert into audit_head (one, ordinal, hash)
    values (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');

-- What a token may do, and at which desk alone: without a role it is a viewer, without a desk it is let in to all.
alter table token add column role text;
alter table token add column desk text;
