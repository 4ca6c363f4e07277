-- A customer's tickets.

-- The name of the customer whose contact called, as it was then; null for a caller whom the desk does not know, and for
-- tickets that are older than this column.
alter table ticket add column customer text;
create index ticket_of_customer on ticket (desk, customer, opened_at, id) where customer is not null;
