-- Whose token it is: it may no more than its owner may, and speaks for the agents that he is. A program's is nobody's.
alter table token add column account text references account (id);
