-- What moved within a month, for the statement of fees.
create index transaction_of_month on processing.transaction (shard, organization_id, date);
