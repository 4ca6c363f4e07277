-- By which row of the outbox a notice of a gap was told, so that one that reached nobody is told again; null for what was
-- told before there was this column.
alter table gap_notice add column sent text;
create index gap_notice_sent on gap_notice (sent);
