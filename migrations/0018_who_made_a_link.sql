-- Who made a one-time link, so that it dies with his right to make it. Null for what was made before.
alter table invitation add column made_by text;
