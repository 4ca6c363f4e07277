-- What a ticket's timeline says, as reports count it (src/rules/report/facts.rs): written with every change of the
-- ticket, so that a year is counted without reading its timelines. A ticket that did not change since has none yet; for
-- it the timeline is read.
alter table ticket add column facts text;
