-- When a token was used last, by the first use of a day that a process noted: the day is right, the hour is none; null if
-- it never was, or not since there is this column.
alter table token add column used_at bigint;
