-- What the night board and the list of open tickets ask: what is open, which is little however old the table is.

-- Emergencies that are open.
create index ticket_emergency on ticket (opened_at, id) where severity = 1 and state = 'open';
-- All that is open: every desk's, and one desk's.
create index ticket_open on ticket (opened_at, id) where state in ('open', 'abandoned');
create index ticket_open_of_desk on ticket (desk, opened_at, id) where state in ('open', 'abandoned');
