-- Reports by type read first contacts of a span without their rows.
CREATE INDEX first_contact_span ON first_contact(bucket_at, ticket_type, work_group, at, again_at);
DROP INDEX first_contact_bucket;
