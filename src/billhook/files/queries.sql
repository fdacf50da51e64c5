-- name: insert_blob
-- The same bytes are stored once, whoever brings them.
insert into files.blob (sha256, media_type, size, bytes, created_at)
values (:sha256, :media_type, :size, :content, :now) on conflict do nothing;

-- name: select_blob
select sha256, media_type, bytes from files.blob where sha256 = :sha256;
