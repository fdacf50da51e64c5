-- name: insert_taxes
-- The taxes a new organization starts with.
insert into catalog.tax (shard, id, organization_id, name, abbreviation, classification, country_code, recoverable,
  compound, rates, created_at, updated_at)
select :shard, ids.id, :organization_id, t.name, t.abbreviation, t.classification, :country_code, t.recoverable,
       t.compound, t.rates, :now, :now
  from jsonb_to_recordset(:taxes) as t(position int, name text, abbreviation text, classification text,
         recoverable boolean, compound boolean, rates jsonb)
  join unnest(:tax_ids::uuid[]) with ordinality ids(id, position) on ids.position = t.position;
