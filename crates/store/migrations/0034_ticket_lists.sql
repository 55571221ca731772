-- Lists of tickets by queue, type, category and priority: the newest first, and of open ones what is due next.
CREATE INDEX ticket_queue ON ticket(queue, id) WHERE queue IS NOT NULL;
CREATE INDEX ticket_type ON ticket(ticket_type, id) WHERE ticket_type IS NOT NULL;
CREATE INDEX ticket_priority ON ticket(priority, id);
CREATE INDEX ticket_queue_due ON ticket(queue, due_key, id) WHERE is_open = 1;
CREATE INDEX ticket_type_due ON ticket(ticket_type, due_key, id) WHERE is_open = 1;
CREATE INDEX ticket_category_due ON ticket(category, due_key, id) WHERE is_open = 1;
CREATE INDEX ticket_priority_due ON ticket(priority, due_key, id) WHERE is_open = 1;
