-- Ways to what is searched, so that no table that grows is read from end to end.

-- By the number that a person says: lines number their own, so several may have it.
create index ticket_of_number on ticket (number);
-- Every desk's, newest first.
create index ticket_of_age on ticket (opened_at, id);
-- Emergencies that nobody has and that time alone would never change. By the rules there are none; the auditor asks
-- every few seconds, and must not read a year of tickets to be told so.
create index ticket_forgotten on ticket (id)
    where severity = 1 and state = 'open' and holder is null and next_due is null;

-- Which addresses of recordings have run out.
create index recording_link_age on recording_link (expires_at);
