-- Signing in by a provider of identities (OpenID Connect). An account that was made so has no password: its `password`
-- is the empty text, which no password hashes to.

-- By what a browser was let in: 'password' (a link's too) or 'openid'.
alter table session add column means text not null default 'password';

-- What the provider's groups make of an account, at a desk or ('*') at every desk, beside what it was given by hand in
-- account_role. Written anew at each sign-in by the provider.
create table account_group_role (
    account text not null references account (id),
    desk text not null,
    role text not null,
    primary key (account, desk)
);

-- A browser that was sent to the provider and is not back yet. Removed when it comes back, and some time after it
-- expires: an answer of the provider is taken once.
create table openid_sign_in (
    -- The SHA-256 of the secret that its cookie holds.
    hash text not null primary key,
    -- The path of ours that it goes on to.
    next text not null,
    expires_at bigint not null
);
create index openid_sign_in_age on openid_sign_in (expires_at);
