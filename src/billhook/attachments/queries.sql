-- name: enter_attachment
-- The door of a tenant, found from an attachment's id.
select e.organization_id, e.role, e.active
  from organizations.enter(attachments.owner_of(:attachment, :attachment_shard), :attachment_shard, :actor) e;

-- name: hold_document
-- Whoever attaches holds the document, so that its files are counted one after the other.
select true from documents.document
 where shard = :shard and organization_id = :organization_id and id = :document and deleted_at is null
   for no key update;

-- name: held
-- How many files a document has, and what they come to.
select count(*) as files, coalesce(sum(size), 0)::bigint as bytes
  from attachments.attachment where shard = :shard and document_id = :document;

-- name: insert_attachment
insert into attachments.attachment (shard, id, organization_id, account_id, document_id, name, media_type, size, sha256, created_at)
values (:shard, :id, :organization_id, :account_id, :document, :name, :media_type, :size, :sha256, :now)
returning id, organization_id, account_id, document_id, name, media_type, size, sha256, created_at;

-- name: select_attachment
-- One file of a document that is still there.
select a.id, a.organization_id, a.account_id, a.document_id, a.name, a.media_type, a.size, a.sha256, a.created_at
  from attachments.attachment a
  join documents.document d on d.shard = :shard and d.id = a.document_id and d.deleted_at is null
 where a.shard = :shard and a.organization_id = :organization_id and a.id = :attachment;

-- name: of_documents
-- The files of some documents, in the order they came: one round trip a page.
select id, organization_id, account_id, document_id, name, media_type, size, sha256, created_at
  from attachments.attachment
 where shard = :shard and organization_id = :organization_id and document_id = any(:documents) order by id;

-- name: delete_attachment
delete from attachments.attachment where shard = :shard and organization_id = :organization_id and id = :attachment;
