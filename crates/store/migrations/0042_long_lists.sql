-- Lists that are long: what an agent, an owner or a group has ended, what happened with a customer by its time, calls of a number that were
-- nobody's, calls of an agent in a queue.
CREATE INDEX ticket_owner_ended ON ticket(owner, id) WHERE is_open = 0;
CREATE INDEX ticket_assignee_ended ON ticket(assignee, id) WHERE is_open = 0;
CREATE INDEX ticket_group_ended ON ticket(work_group, id) WHERE is_open = 0;
CREATE INDEX ticket_customer_time ON ticket(customer_id, created_at, id) WHERE customer_id IS NOT NULL;
DROP INDEX call_customer;
CREATE INDEX call_customer ON call_record(customer_id, started_at, id) WHERE customer_id IS NOT NULL;
CREATE INDEX call_stranger ON call_record(peer_key, started_at, id) WHERE customer_id IS NULL AND peer_key IS NOT NULL;
ALTER TABLE call_part ADD COLUMN queue TEXT;
UPDATE call_part SET queue = (SELECT c.queue FROM call_record c WHERE c.id = call_part.call_id);
CREATE INDEX call_part_queue ON call_part(agent_id, queue, call_id);
