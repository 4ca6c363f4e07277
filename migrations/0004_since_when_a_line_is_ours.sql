-- Since when a line is some desk's of ours: what its carrier lists of before was for somebody else. It stays when the
-- line moves to another desk.
alter table line add column since bigint;
update line set since = (select min(desk_version.applied_at) from desk_version where desk_version.desk = line.desk);
