-- Voice flows that are kept here: what is in force under each name, and what was. Until now every process had those of
-- its own files in force.

-- The voice flow that is in force under a name, for new calls of every process. Written when somebody puts a text in
-- force on a page, and by a process that finds a changed file; never removed, for lines name it.
create table flow (
    name text not null primary key,
    -- Counts what came into force under that name: the newest of flow_revision.
    revision bigint not null,
    version text not null references flow_version (version),
    -- From where: 'shipped' with the program, 'folder' of the configuration, 'web'.
    origin text not null,
    -- The version that a file brought last, whatever is in force since; null if none did.
    offered text
);

-- Everything that came into force under a name. Kept for ever.
create table flow_revision (
    name text not null,
    revision bigint not null,
    version text not null references flow_version (version),
    origin text not null,
    brought_at bigint not null,
    -- Who brought it about; null for what is older than this table.
    brought_by text,
    -- Why, in his own words.
    why text,
    primary key (name, revision)
);
-- What is older: texts were remembered when they were first read.
insert into flow_revision (name, revision, version, origin, brought_at)
    select name, row_number() over (partition by name order by first_seen, version), version, 'folder', first_seen
    from flow_version;

-- What the file of that flow said when a machine looked at it last, so that a restart brings nothing back that was
-- replaced since.
create table flow_seen (
    node text not null,
    name text not null,
    version text not null,
    primary key (node, name)
);

-- How the carriers are as a process finds them, written with its heartbeat (JSON); null if it has not said it yet.
alter table instance add column carriers text;
