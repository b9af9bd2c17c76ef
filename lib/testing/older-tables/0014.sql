-- The tables of 0562f92, released 2026-11-29, with a little in each.
CREATE TABLE __drizzle_migrations (
	id SERIAL PRIMARY KEY,
	hash text NOT NULL,
	created_at numeric
);
CREATE TABLE `accounts` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`account_id` text NOT NULL,
	`provider_id` text NOT NULL,
	`password` text,
	`access_token` text,
	`refresh_token` text,
	`id_token` text,
	`access_token_expires_at` integer,
	`refresh_token_expires_at` integer,
	`scope` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
CREATE TABLE `images` (
	`id` text PRIMARY KEY NOT NULL,
	`owner_id` text NOT NULL,
	`keys` text NOT NULL,
	`variant_types` text NOT NULL,
	`name` text NOT NULL,
	`title` text NOT NULL,
	`type` text NOT NULL,
	`bytes` integer NOT NULL,
	`stored_bytes` integer NOT NULL,
	`sha256` text NOT NULL,
	`width` integer NOT NULL,
	`height` integer NOT NULL,
	`captured_at` integer NOT NULL,
	`thumbhash` text NOT NULL,
	`state` text DEFAULT 'ready' NOT NULL,
	`created_at` integer NOT NULL,
	`deleted_at` integer, `facts` text, `captured_zone_minutes` integer, `captured_order` text DEFAULT '' NOT NULL, `captured_source` text DEFAULT 'added' NOT NULL
  CONSTRAINT `images_captured_source` CHECK(`captured_source` in ('picture', 'sidecar', 'file', 'added')), `description` text DEFAULT '' NOT NULL, `alt_text` text DEFAULT '' NOT NULL, `is_favourite` integer DEFAULT false NOT NULL, `is_date_edited` integer DEFAULT false NOT NULL,
	FOREIGN KEY (`owner_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "images_state" CHECK("images"."state" in ('ready', 'trashed', 'purging')),
	CONSTRAINT "images_deleted" CHECK(("images"."state" = 'ready') = ("images"."deleted_at" is null))
);
CREATE TABLE `rate_limits` (
	`key` text NOT NULL,
	`window_start` integer NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`key`, `window_start`)
);
CREATE TABLE `sessions` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`token` text NOT NULL,
	`ip_address` text,
	`user_agent` text,
	`expires_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
CREATE TABLE `uploads` (
	`id` text PRIMARY KEY NOT NULL,
	`owner_id` text NOT NULL,
	`image_id` text NOT NULL,
	`name` text NOT NULL,
	`objects` text NOT NULL,
	`thumbhash` text NOT NULL,
	`reserved_bytes` integer NOT NULL,
	`state` text DEFAULT 'pending' NOT NULL,
	`error_code` text,
	`error_message` text,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL, `multipart_id` text, `error_values` text, `file_date` text, `decode_tries` integer DEFAULT 0 NOT NULL,
	FOREIGN KEY (`owner_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "uploads_state" CHECK("uploads"."state" in ('pending', 'verifying', 'ready', 'rejected', 'expired', 'abandoned'))
);
CREATE TABLE `users` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`email` text NOT NULL,
	`email_verified` integer DEFAULT false NOT NULL,
	`image` text,
	`role` text DEFAULT 'user' NOT NULL,
	`used_bytes` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	CONSTRAINT "users_role" CHECK("users"."role" in ('user', 'admin'))
);
CREATE TABLE `verifications` (
	`id` text PRIMARY KEY NOT NULL,
	`identifier` text NOT NULL,
	`value` text NOT NULL,
	`expires_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
CREATE TABLE `jobs` (
	`name` text PRIMARY KEY NOT NULL,
	`not_before` integer NOT NULL
, `position` text);
CREATE TABLE `tokens` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`name` text NOT NULL,
	`hash` text NOT NULL,
	`scopes` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer,
	`last_used_at` integer,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
CREATE TABLE `album_images` (
	`album_id` text NOT NULL,
	`image_id` text NOT NULL, `position` real DEFAULT 0 NOT NULL, `captured_at` integer, `captured_order` text, `title` text, `ratio` integer,
	PRIMARY KEY(`album_id`, `image_id`),
	FOREIGN KEY (`album_id`) REFERENCES `albums`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`image_id`) REFERENCES `images`(`id`) ON UPDATE no action ON DELETE cascade
);
CREATE TABLE `albums` (
	`id` text PRIMARY KEY NOT NULL,
	`owner_id` text NOT NULL,
	`name` text NOT NULL,
	`created_at` integer NOT NULL, `description` text DEFAULT '' NOT NULL, `cover_id` text, `sorting` text DEFAULT 'newest' NOT NULL CONSTRAINT "albums_sorting" CHECK(`sorting` in ('newest', 'oldest', 'name', 'hand')), `deleted_at` integer,
	FOREIGN KEY (`owner_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
CREATE TABLE `stores` (
	`bucket_url` text PRIMARY KEY NOT NULL,
	`traits` text NOT NULL,
	`found_at` integer NOT NULL
, `findings` text, `examined_at` integer);
CREATE TABLE `known_places` (
	`user_id` text NOT NULL,
	`place` text NOT NULL,
	`last_used_at` integer NOT NULL,
	PRIMARY KEY(`user_id`, `place`),
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
CREATE TABLE `plain_forms` (
	`id` text PRIMARY KEY NOT NULL,
	`owner_id` text NOT NULL,
	`max_bytes` integer NOT NULL,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`owner_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
CREATE TABLE `changes` (
	`number` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`kind` text NOT NULL,
	`id` text NOT NULL
);
CREATE TABLE `installation` (
	`one` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	CONSTRAINT "installation_one" CHECK("installation"."one" = 1)
);
CREATE TABLE `journal_parts` (
	`name` text PRIMARY KEY NOT NULL
);
CREATE TABLE `months` (
	`owner_id` text NOT NULL,
	`starts_at` integer NOT NULL,
	`count` integer NOT NULL,
	`ratios` integer NOT NULL,
	PRIMARY KEY(`owner_id`, `starts_at`),
	FOREIGN KEY (`owner_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
CREATE TABLE `search_albums` (
	`number` integer PRIMARY KEY NOT NULL,
	`album_id` text NOT NULL,
	FOREIGN KEY (`album_id`) REFERENCES `albums`(`id`) ON UPDATE no action ON DELETE cascade
);
CREATE TABLE `search_cameras` (
	`owner_id` text NOT NULL,
	`camera` text NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`owner_id`, `camera`)
);
CREATE TABLE `search_owners` (
	`number` integer PRIMARY KEY NOT NULL,
	`owner_id` text NOT NULL,
	FOREIGN KEY (`owner_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
CREATE TABLE `search_rows` (
	`number` integer PRIMARY KEY NOT NULL,
	`image_id` text NOT NULL,
	`owner_id` text NOT NULL,
	`camera` text NOT NULL,
	`text` text NOT NULL
);
INSERT INTO __drizzle_migrations (id, hash, created_at) VALUES (null, 'bae64a6d9d42aa74519b40b343f0b946f131941eff84872312b65bd3f0f9feed', 1795466879901);
INSERT INTO __drizzle_migrations (id, hash, created_at) VALUES (null, '0aba56f4e38b4aa141f4d549c664e7c329a227e9c571bfdd0b54529ce120271a', 1795466915381);
INSERT INTO __drizzle_migrations (id, hash, created_at) VALUES (null, 'd4d6454f20de4b914cf108dbd3afac170b6e7054cccc4a6dddd2e93ce007a97a', 1795507226654);
INSERT INTO __drizzle_migrations (id, hash, created_at) VALUES (null, 'acd9077a08dfeb2b0cfe33ce4508b4b9a4a6ca80f3d6e61c84b932ae1f9c1d9c', 1795517125953);
INSERT INTO __drizzle_migrations (id, hash, created_at) VALUES (null, '6be45d9ea1e32b153b503d4f8a1b8c511a4cd813aa2d2ee179ff4a6982a6110e', 1795518623260);
INSERT INTO __drizzle_migrations (id, hash, created_at) VALUES (null, '2ea7aaa4fc5f5e1d0d2b8139b18c33cc9aace8ccd435cc2edb2f704b6a7b85ef', 1795639372111);
INSERT INTO __drizzle_migrations (id, hash, created_at) VALUES (null, 'b6ced54d770bedbaa5574622782159eef7acb2a84b94ec0d4f45895009cb2961', 1795925987089);
INSERT INTO __drizzle_migrations (id, hash, created_at) VALUES (null, 'dd78cfb3b4c865b6c7b2967995fa356e37d5a16c04348cbe74b2494e788a5c4d', 1795926952757);
INSERT INTO __drizzle_migrations (id, hash, created_at) VALUES (null, '66ee0596a30b4e2c7627a723938e88b9d064e7a6fac08d9dcaaede5193a8d5a3', 1795928373763);
INSERT INTO __drizzle_migrations (id, hash, created_at) VALUES (null, '921dccc3d5c71b42e48c974785f1a48d41e1176387a1b4a1825ebce16d9c130e', 1795931655228);
INSERT INTO __drizzle_migrations (id, hash, created_at) VALUES (null, 'e556590d7844076619eb00d09365364876586f3e4a5d6df2f8d75d6ed6f4a186', 1795932936922);
INSERT INTO __drizzle_migrations (id, hash, created_at) VALUES (null, '47f096ba19de9dd9af1717bf1073d9cfd11e78db3b6a91d29fcf091dde532bc4', 1795938728096);
INSERT INTO __drizzle_migrations (id, hash, created_at) VALUES (null, '127af4b19c18f75d8e2a6cdd3b844f66077033451b0390ceb4545cc7d1b2d23d', 1795949881928);
INSERT INTO __drizzle_migrations (id, hash, created_at) VALUES (null, '191e94143832935753386ac33f81d3d0c767f3553a8a8bbfe8d2a643c8c07cdc', 1795950764001);
INSERT INTO __drizzle_migrations (id, hash, created_at) VALUES (null, 'e03d353d0b3f05f94752931b99764b126c66ce0b5f6effa00ef1d5bbfcd948fa', 1795963357186);
INSERT INTO images (id, owner_id, keys, variant_types, name, title, type, bytes, stored_bytes, sha256, width, height, captured_at, thumbhash, state, created_at, deleted_at, facts, captured_zone_minutes, captured_order, captured_source, description, alt_text, is_favourite, is_date_edited) VALUES ('i1', 'ann', '{"original":"media/i1/original.jpg","thumb":"media/i1/thumb.webp","display":"media/i1/display.webp"}', '{"thumb":"image/webp","display":"image/webp"}', 'lake.jpg', 'Lake i1', 'image/jpeg', 900, 1000, 'i1=', 40, 30, 1795046400000, '1QcSHQRnh493V4dIh4eXh1h4kJUI', 'ready', 1795132800000, null, null, null, '', 'added', 'By the lake', 'A lake', 1, 0);
INSERT INTO images (id, owner_id, keys, variant_types, name, title, type, bytes, stored_bytes, sha256, width, height, captured_at, thumbhash, state, created_at, deleted_at, facts, captured_zone_minutes, captured_order, captured_source, description, alt_text, is_favourite, is_date_edited) VALUES ('i2', 'ann', '{"original":"media/i2/original.jpg","thumb":"media/i2/thumb.webp","display":"media/i2/display.webp"}', '{"thumb":"image/webp","display":"image/webp"}', 'lake.jpg', 'Lake i2', 'image/jpeg', 900, 1000, 'i2=', 40, 30, 1795132800000, '1QcSHQRnh493V4dIh4eXh1h4kJUI', 'ready', 1795132800000, null, null, null, '', 'added', '', '', 0, 0);
INSERT INTO images (id, owner_id, keys, variant_types, name, title, type, bytes, stored_bytes, sha256, width, height, captured_at, thumbhash, state, created_at, deleted_at, facts, captured_zone_minutes, captured_order, captured_source, description, alt_text, is_favourite, is_date_edited) VALUES ('i3', 'ann', '{"original":"media/i3/original.jpg","thumb":"media/i3/thumb.webp","display":"media/i3/display.webp"}', '{"thumb":"image/webp","display":"image/webp"}', 'lake.jpg', 'Lake i3', 'image/jpeg', 900, 1000, 'i3=', 40, 30, 1795046400000, '1QcSHQRnh493V4dIh4eXh1h4kJUI', 'trashed', 1795132800000, 1795132800000, null, null, '', 'added', '', '', 0, 0);
INSERT INTO sessions (id, user_id, token, ip_address, user_agent, expires_at, created_at, updated_at) VALUES ('s1', 'ann', 'a-token-as-it-is', null, null, 4102444800000, 1795132800000, 1795132800000);
INSERT INTO uploads (id, owner_id, image_id, name, objects, thumbhash, reserved_bytes, state, error_code, error_message, created_at, expires_at, multipart_id, error_values, file_date, decode_tries) VALUES ('u1', 'ann', 'i4', 'sea.jpg', '{"original":{"type":"image/jpeg","bytes":500,"sha256":"500="},"thumb":{"type":"image/webp","bytes":10,"sha256":"10="},"display":{"type":"image/webp","bytes":20,"sha256":"20="}}', '1QcSHQRnh493V4dIh4eXh1h4kJUI', 530, 'pending', null, null, 1795132800000, 1795133700000, null, null, null, 0);
INSERT INTO users (id, name, email, email_verified, image, role, used_bytes, created_at, updated_at) VALUES ('ann', 'Ann', 'ann@example.org', 1, null, 'admin', 3530, 1795132800000, 1795132800000);
INSERT INTO jobs (name, not_before, position) VALUES ('sweep', 1795132800000, null);
INSERT INTO tokens (id, user_id, name, hash, scopes, created_at, expires_at, last_used_at) VALUES ('t1', 'ann', 'A script', 'aGFzaA==', '["read"]', 1795132800000, null, null);
INSERT INTO album_images (album_id, image_id, position, captured_at, captured_order, title, ratio) VALUES ('a1', 'i1', 1.5, 1795046400000, '', 'Lake i1', 1333);
INSERT INTO albums (id, owner_id, name, created_at, description, cover_id, sorting, deleted_at) VALUES ('a1', 'ann', 'Lake', 1795132800000, 'Of the lake', 'i1', 'hand', null);
INSERT INTO changes (number, kind, id) VALUES (1, 'user', 'ann');
INSERT INTO changes (number, kind, id) VALUES (3, 'image', 'i2');
INSERT INTO changes (number, kind, id) VALUES (4, 'image', 'i3');
INSERT INTO changes (number, kind, id) VALUES (7, 'image', 'i1');
INSERT INTO changes (number, kind, id) VALUES (8, 'album', 'a1');
INSERT INTO changes (number, kind, id) VALUES (9, 'member', 'a1/i1');
INSERT INTO months (owner_id, starts_at, count, ratios) VALUES ('ann', 1793491200000, 2, 2666);
INSERT INTO search_albums (number, album_id) VALUES (1, 'a1');
INSERT INTO search_owners (number, owner_id) VALUES (1, 'ann');
INSERT INTO search_rows (number, image_id, owner_id, camera, text) VALUES (293270023110656, 'i1', 'ann', '', 'Lake i1' || char(1) || 'lake.jpg' || char(1) || 'By the lake' || char(1) || 'A lake' || char(1) || char(3) || char(3) || char(1) || char(1) || char(2) || char(57344) || char(57350) || char(2) || char(57344) || char(57345) || char(2) || char(57344) || char(57346) || char(2) || char(57706) || char(57712) || char(2) || char(983040) || char(983041) || char(1) || char(1) || '');
INSERT INTO search_rows (number, image_id, owner_id, camera, text) VALUES (293270109510656, 'i2', 'ann', '', 'Lake i2' || char(1) || 'lake.jpg' || char(1) || char(1) || char(1) || char(3) || char(3) || char(1) || char(1) || char(2) || char(57344) || char(57350) || char(2) || char(57344) || char(57346) || char(2) || char(57706) || char(57712) || char(2) || char(57344) || char(57349) || char(1) || char(1) || '');
CREATE VIRTUAL TABLE `search_index` USING fts5(`text`, content='search_rows', content_rowid='number', columnsize=0, tokenize='trigram remove_diacritics 1');
CREATE VIRTUAL TABLE `search_terms` USING fts5vocab('search_index', 'instance');
INSERT INTO search_index (search_index) VALUES ('rebuild');
CREATE INDEX `accounts_user` ON `accounts` (`user_id`);
CREATE UNIQUE INDEX `images_content` ON `images` (`owner_id`,`sha256`) WHERE "images"."state" = 'ready';
CREATE INDEX `images_trash` ON `images` (`deleted_at`) WHERE "images"."state" <> 'ready';
CREATE UNIQUE INDEX `sessions_token_unique` ON `sessions` (`token`);
CREATE INDEX `sessions_user` ON `sessions` (`user_id`);
CREATE UNIQUE INDEX `uploads_image_id_unique` ON `uploads` (`image_id`);
CREATE INDEX `uploads_open` ON `uploads` (`owner_id`) WHERE "uploads"."state" in ('pending', 'verifying');
CREATE INDEX `uploads_expiry` ON `uploads` (`expires_at`);
CREATE UNIQUE INDEX `users_email_unique` ON `users` (`email`);
CREATE TRIGGER `images_used_add` AFTER INSERT ON `images` BEGIN
  UPDATE `users` SET `used_bytes` = `used_bytes` + NEW.`stored_bytes` WHERE `id` = NEW.`owner_id`;
END;
CREATE TRIGGER `images_used_change` AFTER UPDATE OF `stored_bytes` ON `images` BEGIN
  UPDATE `users` SET `used_bytes` = `used_bytes` + NEW.`stored_bytes` - OLD.`stored_bytes` WHERE `id` = NEW.`owner_id`;
END;
CREATE TRIGGER `images_used_remove` AFTER DELETE ON `images` BEGIN
  UPDATE `users` SET `used_bytes` = `used_bytes` - OLD.`stored_bytes` WHERE `id` = OLD.`owner_id`;
END;
CREATE TRIGGER `uploads_used_add` AFTER INSERT ON `uploads` BEGIN
  UPDATE `users` SET `used_bytes` = `used_bytes` + NEW.`reserved_bytes` WHERE `id` = NEW.`owner_id`;
END;
CREATE TRIGGER `uploads_used_change` AFTER UPDATE OF `reserved_bytes` ON `uploads` BEGIN
  UPDATE `users` SET `used_bytes` = `used_bytes` + NEW.`reserved_bytes` - OLD.`reserved_bytes` WHERE `id` = NEW.`owner_id`;
END;
CREATE TRIGGER `uploads_used_remove` AFTER DELETE ON `uploads` BEGIN
  UPDATE `users` SET `used_bytes` = `used_bytes` - OLD.`reserved_bytes` WHERE `id` = OLD.`owner_id`;
END;
CREATE UNIQUE INDEX `tokens_hash_unique` ON `tokens` (`hash`);
CREATE INDEX `tokens_user` ON `tokens` (`user_id`);
CREATE INDEX `album_images_image` ON `album_images` (`image_id`);
CREATE INDEX `images_gallery` ON `images` (`owner_id`,`captured_at`,`captured_order`,`id`) WHERE "images"."state" = 'ready';
CREATE INDEX `plain_forms_owner` ON `plain_forms` (`owner_id`);
CREATE INDEX `plain_forms_expiry` ON `plain_forms` (`expires_at`);
CREATE UNIQUE INDEX `changes_of` ON `changes` (`kind`,`id`);
CREATE TRIGGER `users_note_add` AFTER INSERT ON `users` WHEN NOT EXISTS (SELECT 1 FROM `changes` WHERE `kind` = 'muted') BEGIN
  DELETE FROM `changes` WHERE `kind` = 'user' AND `id` = NEW.`id`;
  INSERT INTO `changes` (`kind`, `id`) VALUES ('user', NEW.`id`);
END;
CREATE TRIGGER `users_note_change` AFTER UPDATE OF `name`, `email`, `role` ON `users` WHEN NOT EXISTS (SELECT 1 FROM `changes` WHERE `kind` = 'muted') BEGIN
  DELETE FROM `changes` WHERE `kind` = 'user' AND `id` = NEW.`id`;
  INSERT INTO `changes` (`kind`, `id`) VALUES ('user', NEW.`id`);
END;
CREATE TRIGGER `users_note_remove` AFTER DELETE ON `users` WHEN NOT EXISTS (SELECT 1 FROM `changes` WHERE `kind` = 'muted') BEGIN
  DELETE FROM `changes` WHERE `kind` = 'user' AND `id` = OLD.`id`;
  INSERT INTO `changes` (`kind`, `id`) VALUES ('user', OLD.`id`);
END;
CREATE TRIGGER `images_note_add` AFTER INSERT ON `images` WHEN NOT EXISTS (SELECT 1 FROM `changes` WHERE `kind` = 'muted') BEGIN
  DELETE FROM `changes` WHERE `kind` = 'image' AND `id` = NEW.`id`;
  INSERT INTO `changes` (`kind`, `id`) VALUES ('image', NEW.`id`);
END;
CREATE TRIGGER `images_note_change` AFTER UPDATE ON `images` WHEN NOT EXISTS (SELECT 1 FROM `changes` WHERE `kind` = 'muted') BEGIN
  DELETE FROM `changes` WHERE `kind` = 'image' AND `id` = NEW.`id`;
  INSERT INTO `changes` (`kind`, `id`) VALUES ('image', NEW.`id`);
END;
CREATE TRIGGER `images_note_remove` AFTER DELETE ON `images` WHEN NOT EXISTS (SELECT 1 FROM `changes` WHERE `kind` = 'muted') BEGIN
  DELETE FROM `changes` WHERE `kind` = 'image' AND `id` = OLD.`id`;
  INSERT INTO `changes` (`kind`, `id`) VALUES ('image', OLD.`id`);
END;
CREATE TRIGGER `albums_note_add` AFTER INSERT ON `albums` WHEN NOT EXISTS (SELECT 1 FROM `changes` WHERE `kind` = 'muted') BEGIN
  DELETE FROM `changes` WHERE `kind` = 'album' AND `id` = NEW.`id`;
  INSERT INTO `changes` (`kind`, `id`) VALUES ('album', NEW.`id`);
END;
CREATE TRIGGER `albums_note_change` AFTER UPDATE ON `albums` WHEN NOT EXISTS (SELECT 1 FROM `changes` WHERE `kind` = 'muted') BEGIN
  DELETE FROM `changes` WHERE `kind` = 'album' AND `id` = NEW.`id`;
  INSERT INTO `changes` (`kind`, `id`) VALUES ('album', NEW.`id`);
END;
CREATE TRIGGER `albums_note_remove` AFTER DELETE ON `albums` WHEN NOT EXISTS (SELECT 1 FROM `changes` WHERE `kind` = 'muted') BEGIN
  DELETE FROM `changes` WHERE `kind` = 'album' AND `id` = OLD.`id`;
  INSERT INTO `changes` (`kind`, `id`) VALUES ('album', OLD.`id`);
END;
CREATE TRIGGER `album_images_note_add` AFTER INSERT ON `album_images` WHEN NOT EXISTS (SELECT 1 FROM `changes` WHERE `kind` = 'muted') BEGIN
  DELETE FROM `changes` WHERE `kind` = 'member' AND `id` = NEW.`album_id` || '/' || NEW.`image_id`;
  INSERT INTO `changes` (`kind`, `id`) VALUES ('member', NEW.`album_id` || '/' || NEW.`image_id`);
END;
CREATE TRIGGER `album_images_note_remove` AFTER DELETE ON `album_images` WHEN NOT EXISTS (SELECT 1 FROM `changes` WHERE `kind` = 'muted') BEGIN
  DELETE FROM `changes` WHERE `kind` = 'member' AND `id` = OLD.`album_id` || '/' || OLD.`image_id`;
  INSERT INTO `changes` (`kind`, `id`) VALUES ('member', OLD.`album_id` || '/' || OLD.`image_id`);
END;
CREATE INDEX `images_trash_of` ON `images` (`owner_id`,`deleted_at`,`id`) WHERE "images"."state" = 'trashed';
CREATE UNIQUE INDEX `albums_name` ON `albums` (`owner_id`,`name`) WHERE "albums"."deleted_at" is null;
CREATE INDEX `albums_trash` ON `albums` (`deleted_at`) WHERE "albums"."deleted_at" is not null;
CREATE UNIQUE INDEX `search_albums_album_id_unique` ON `search_albums` (`album_id`);
CREATE UNIQUE INDEX `search_owners_owner_id_unique` ON `search_owners` (`owner_id`);
CREATE UNIQUE INDEX `search_rows_image_id_unique` ON `search_rows` (`image_id`);
CREATE TRIGGER `images_months_add` AFTER INSERT ON `images` WHEN NEW.`state` = 'ready' BEGIN
  INSERT INTO `months` (`owner_id`, `starts_at`, `count`, `ratios`)
    SELECT NEW.`owner_id`, strftime('%s', (min(max(NEW.`captured_at`, -62167219200000), 253402300799999) - (min(max(NEW.`captured_at`, -62167219200000), 253402300799999) % 1000 + 1000) % 1000) / 1000, 'unixepoch', 'start of month') * 1000, 0, 0 WHERE NOT EXISTS (
      SELECT 1 FROM `months` WHERE `owner_id` = NEW.`owner_id` AND `starts_at` = strftime('%s', (min(max(NEW.`captured_at`, -62167219200000), 253402300799999) - (min(max(NEW.`captured_at`, -62167219200000), 253402300799999) % 1000 + 1000) % 1000) / 1000, 'unixepoch', 'start of month') * 1000);
  UPDATE `months` SET `count` = `count` + 1, `ratios` = `ratios` + CAST(round(1000 * min(max(1.0 * NEW.`width` / max(NEW.`height`, 1), 0.2), 10)) AS integer)
    WHERE `owner_id` = NEW.`owner_id` AND `starts_at` = strftime('%s', (min(max(NEW.`captured_at`, -62167219200000), 253402300799999) - (min(max(NEW.`captured_at`, -62167219200000), 253402300799999) % 1000 + 1000) % 1000) / 1000, 'unixepoch', 'start of month') * 1000;
END;
CREATE TRIGGER `images_months_leave` AFTER UPDATE OF `state`, `captured_at`, `width`, `height`, `owner_id` ON `images` WHEN OLD.`state` = 'ready' AND (OLD.`state` IS NOT NEW.`state` OR OLD.`captured_at` IS NOT NEW.`captured_at` OR OLD.`width` IS NOT NEW.`width` OR OLD.`height` IS NOT NEW.`height` OR OLD.`owner_id` IS NOT NEW.`owner_id`) BEGIN
  UPDATE `months` SET `count` = `count` - 1, `ratios` = `ratios` - CAST(round(1000 * min(max(1.0 * OLD.`width` / max(OLD.`height`, 1), 0.2), 10)) AS integer)
    WHERE `owner_id` = OLD.`owner_id` AND `starts_at` = strftime('%s', (min(max(OLD.`captured_at`, -62167219200000), 253402300799999) - (min(max(OLD.`captured_at`, -62167219200000), 253402300799999) % 1000 + 1000) % 1000) / 1000, 'unixepoch', 'start of month') * 1000;
  DELETE FROM `months` WHERE `owner_id` = OLD.`owner_id` AND `starts_at` = strftime('%s', (min(max(OLD.`captured_at`, -62167219200000), 253402300799999) - (min(max(OLD.`captured_at`, -62167219200000), 253402300799999) % 1000 + 1000) % 1000) / 1000, 'unixepoch', 'start of month') * 1000 AND `count` <= 0;
END;
CREATE TRIGGER `images_months_enter` AFTER UPDATE OF `state`, `captured_at`, `width`, `height`, `owner_id` ON `images` WHEN NEW.`state` = 'ready' AND (OLD.`state` IS NOT NEW.`state` OR OLD.`captured_at` IS NOT NEW.`captured_at` OR OLD.`width` IS NOT NEW.`width` OR OLD.`height` IS NOT NEW.`height` OR OLD.`owner_id` IS NOT NEW.`owner_id`) BEGIN
  INSERT INTO `months` (`owner_id`, `starts_at`, `count`, `ratios`)
    SELECT NEW.`owner_id`, strftime('%s', (min(max(NEW.`captured_at`, -62167219200000), 253402300799999) - (min(max(NEW.`captured_at`, -62167219200000), 253402300799999) % 1000 + 1000) % 1000) / 1000, 'unixepoch', 'start of month') * 1000, 0, 0 WHERE NOT EXISTS (
      SELECT 1 FROM `months` WHERE `owner_id` = NEW.`owner_id` AND `starts_at` = strftime('%s', (min(max(NEW.`captured_at`, -62167219200000), 253402300799999) - (min(max(NEW.`captured_at`, -62167219200000), 253402300799999) % 1000 + 1000) % 1000) / 1000, 'unixepoch', 'start of month') * 1000);
  UPDATE `months` SET `count` = `count` + 1, `ratios` = `ratios` + CAST(round(1000 * min(max(1.0 * NEW.`width` / max(NEW.`height`, 1), 0.2), 10)) AS integer)
    WHERE `owner_id` = NEW.`owner_id` AND `starts_at` = strftime('%s', (min(max(NEW.`captured_at`, -62167219200000), 253402300799999) - (min(max(NEW.`captured_at`, -62167219200000), 253402300799999) % 1000 + 1000) % 1000) / 1000, 'unixepoch', 'start of month') * 1000;
END;
CREATE TRIGGER `images_months_remove` AFTER DELETE ON `images` WHEN OLD.`state` = 'ready' BEGIN
  UPDATE `months` SET `count` = `count` - 1, `ratios` = `ratios` - CAST(round(1000 * min(max(1.0 * OLD.`width` / max(OLD.`height`, 1), 0.2), 10)) AS integer)
    WHERE `owner_id` = OLD.`owner_id` AND `starts_at` = strftime('%s', (min(max(OLD.`captured_at`, -62167219200000), 253402300799999) - (min(max(OLD.`captured_at`, -62167219200000), 253402300799999) % 1000 + 1000) % 1000) / 1000, 'unixepoch', 'start of month') * 1000;
  DELETE FROM `months` WHERE `owner_id` = OLD.`owner_id` AND `starts_at` = strftime('%s', (min(max(OLD.`captured_at`, -62167219200000), 253402300799999) - (min(max(OLD.`captured_at`, -62167219200000), 253402300799999) % 1000 + 1000) % 1000) / 1000, 'unixepoch', 'start of month') * 1000 AND `count` <= 0;
END;
CREATE TRIGGER `images_search_add` AFTER INSERT ON `images` WHEN NEW.`state` = 'ready' BEGIN
  INSERT INTO `search_owners` (`owner_id`) SELECT NEW.`owner_id` WHERE NOT EXISTS (
    SELECT 1 FROM `search_owners` WHERE `owner_id` = NEW.`owner_id`);
  INSERT INTO `search_rows` (`number`, `image_id`, `owner_id`, `camera`, `text`) SELECT (SELECT c FROM (
      SELECT b, CASE w WHEN 0 THEN b
        WHEN 1 THEN (SELECT max(t.`number`) FROM `search_rows` AS t WHERE t.`number` >= b AND t.`number` < b + 1000) + 1
        ELSE b + (NEW.rowid * 2654435761) % w END AS c
      FROM (SELECT (SELECT (o.`number` & 32767) * 281474976710656 FROM `search_owners` AS o WHERE o.`owner_id` = NEW.`owner_id`) + min(max(NEW.`captured_at` + 10000000000000, 0), 281474976710655) AS b),
        (SELECT 0 AS w UNION ALL SELECT 1 UNION ALL SELECT 60013 UNION ALL SELECT 3600011 UNION ALL SELECT 86400011
          UNION ALL SELECT 2678400013 UNION ALL SELECT 68719476767)
    ) WHERE NOT EXISTS (SELECT 1 FROM `search_rows` AS t WHERE t.`number` = c) LIMIT 1),
    NEW.`id`, NEW.`owner_id`, CASE WHEN json_valid(NEW.`facts`) THEN trim(coalesce(json_extract(NEW.`facts`, '$.make'), '') || ' ' || coalesce(json_extract(NEW.`facts`, '$.model'), '')) ELSE '' END,
    NEW.`title` || char(1) || NEW.`name` || char(1) || substr(NEW.`description`, 1, 10000) || char(1) || substr(NEW.`alt_text`, 1, 10000)
      || char(1, 3) || CASE WHEN json_valid(NEW.`facts`) THEN trim(coalesce(json_extract(NEW.`facts`, '$.make'), '') || ' ' || coalesce(json_extract(NEW.`facts`, '$.model'), '')) ELSE '' END || char(3, 1, 1)
      || char(2, 57344, 57350)
      || CASE WHEN NEW.`is_favourite` THEN char(2, 57344, 57345) ELSE '' END
      || CASE WHEN NEW.`width` > NEW.`height` THEN char(2, 57344, 57346) WHEN NEW.`width` < NEW.`height` THEN char(2, 57344, 57347) ELSE char(2, 57344, 57348) END
      || coalesce(char(2, 57600 + unicode(substr(NEW.`type`, 7, 1)), 57600 + unicode(substr(NEW.`type`, 8, 1))), '')
      || coalesce((SELECT group_concat(char(2, 983040 + a.`number` / 65000, 983040 + a.`number` % 65000), '') FROM `album_images` AS m
        JOIN `search_albums` AS a ON a.`album_id` = m.`album_id` WHERE m.`image_id` = NEW.`id`), char(2, 57344, 57349))
      || char(1, 1);
END;
CREATE TRIGGER `images_search_enter` AFTER UPDATE OF `state` ON `images` WHEN OLD.`state` <> 'ready' AND NEW.`state` = 'ready' BEGIN
  INSERT INTO `search_owners` (`owner_id`) SELECT NEW.`owner_id` WHERE NOT EXISTS (
    SELECT 1 FROM `search_owners` WHERE `owner_id` = NEW.`owner_id`);
  INSERT INTO `search_rows` (`number`, `image_id`, `owner_id`, `camera`, `text`) SELECT (SELECT c FROM (
      SELECT b, CASE w WHEN 0 THEN b
        WHEN 1 THEN (SELECT max(t.`number`) FROM `search_rows` AS t WHERE t.`number` >= b AND t.`number` < b + 1000) + 1
        ELSE b + (NEW.rowid * 2654435761) % w END AS c
      FROM (SELECT (SELECT (o.`number` & 32767) * 281474976710656 FROM `search_owners` AS o WHERE o.`owner_id` = NEW.`owner_id`) + min(max(NEW.`captured_at` + 10000000000000, 0), 281474976710655) AS b),
        (SELECT 0 AS w UNION ALL SELECT 1 UNION ALL SELECT 60013 UNION ALL SELECT 3600011 UNION ALL SELECT 86400011
          UNION ALL SELECT 2678400013 UNION ALL SELECT 68719476767)
    ) WHERE NOT EXISTS (SELECT 1 FROM `search_rows` AS t WHERE t.`number` = c) LIMIT 1),
    NEW.`id`, NEW.`owner_id`, CASE WHEN json_valid(NEW.`facts`) THEN trim(coalesce(json_extract(NEW.`facts`, '$.make'), '') || ' ' || coalesce(json_extract(NEW.`facts`, '$.model'), '')) ELSE '' END,
    NEW.`title` || char(1) || NEW.`name` || char(1) || substr(NEW.`description`, 1, 10000) || char(1) || substr(NEW.`alt_text`, 1, 10000)
      || char(1, 3) || CASE WHEN json_valid(NEW.`facts`) THEN trim(coalesce(json_extract(NEW.`facts`, '$.make'), '') || ' ' || coalesce(json_extract(NEW.`facts`, '$.model'), '')) ELSE '' END || char(3, 1, 1)
      || char(2, 57344, 57350)
      || CASE WHEN NEW.`is_favourite` THEN char(2, 57344, 57345) ELSE '' END
      || CASE WHEN NEW.`width` > NEW.`height` THEN char(2, 57344, 57346) WHEN NEW.`width` < NEW.`height` THEN char(2, 57344, 57347) ELSE char(2, 57344, 57348) END
      || coalesce(char(2, 57600 + unicode(substr(NEW.`type`, 7, 1)), 57600 + unicode(substr(NEW.`type`, 8, 1))), '')
      || coalesce((SELECT group_concat(char(2, 983040 + a.`number` / 65000, 983040 + a.`number` % 65000), '') FROM `album_images` AS m
        JOIN `search_albums` AS a ON a.`album_id` = m.`album_id` WHERE m.`image_id` = NEW.`id`), char(2, 57344, 57349))
      || char(1, 1);
END;
CREATE TRIGGER `images_search_leave` AFTER UPDATE OF `state` ON `images` WHEN OLD.`state` = 'ready' AND NEW.`state` <> 'ready' BEGIN
  DELETE FROM `search_rows` WHERE `image_id` = OLD.`id`;
END;
CREATE TRIGGER `images_search_remove` AFTER DELETE ON `images` WHEN OLD.`state` = 'ready' BEGIN
  DELETE FROM `search_rows` WHERE `image_id` = OLD.`id`;
END;
CREATE TRIGGER `images_search_move` AFTER UPDATE OF `captured_at`, `owner_id` ON `images` WHEN OLD.`state` = 'ready' AND NEW.`state` = 'ready' AND (OLD.`captured_at` IS NOT NEW.`captured_at` OR OLD.`owner_id` IS NOT NEW.`owner_id`) BEGIN
  INSERT INTO `search_owners` (`owner_id`) SELECT NEW.`owner_id` WHERE NOT EXISTS (
    SELECT 1 FROM `search_owners` WHERE `owner_id` = NEW.`owner_id`);
  UPDATE `search_rows` SET `owner_id` = NEW.`owner_id`, `number` = (SELECT c FROM (
      SELECT b, CASE w WHEN 0 THEN b
        WHEN 1 THEN (SELECT max(t.`number`) FROM `search_rows` AS t WHERE t.`number` >= b AND t.`number` < b + 1000) + 1
        ELSE b + (NEW.rowid * 2654435761) % w END AS c
      FROM (SELECT (SELECT (o.`number` & 32767) * 281474976710656 FROM `search_owners` AS o WHERE o.`owner_id` = NEW.`owner_id`) + min(max(NEW.`captured_at` + 10000000000000, 0), 281474976710655) AS b),
        (SELECT 0 AS w UNION ALL SELECT 1 UNION ALL SELECT 60013 UNION ALL SELECT 3600011 UNION ALL SELECT 86400011
          UNION ALL SELECT 2678400013 UNION ALL SELECT 68719476767)
    ) WHERE NOT EXISTS (SELECT 1 FROM `search_rows` AS t WHERE t.`number` = c) LIMIT 1) WHERE `image_id` = NEW.`id`;
END;
CREATE TRIGGER `images_search_change` AFTER UPDATE OF `title`, `name`, `description`, `alt_text`, `facts`, `type`, `is_favourite`, `width`, `height` ON `images` WHEN OLD.`state` = 'ready' AND NEW.`state` = 'ready' AND (OLD.`title` IS NOT NEW.`title` OR OLD.`name` IS NOT NEW.`name` OR OLD.`description` IS NOT NEW.`description` OR OLD.`alt_text` IS NOT NEW.`alt_text` OR OLD.`facts` IS NOT NEW.`facts` OR OLD.`type` IS NOT NEW.`type` OR OLD.`is_favourite` IS NOT NEW.`is_favourite` OR OLD.`width` IS NOT NEW.`width` OR OLD.`height` IS NOT NEW.`height`) BEGIN
  UPDATE `search_rows` SET `camera` = CASE WHEN json_valid(NEW.`facts`) THEN trim(coalesce(json_extract(NEW.`facts`, '$.make'), '') || ' ' || coalesce(json_extract(NEW.`facts`, '$.model'), '')) ELSE '' END,
    `text` = NEW.`title` || char(1) || NEW.`name` || char(1) || substr(NEW.`description`, 1, 10000) || char(1) || substr(NEW.`alt_text`, 1, 10000)
      || char(1, 3) || CASE WHEN json_valid(NEW.`facts`) THEN trim(coalesce(json_extract(NEW.`facts`, '$.make'), '') || ' ' || coalesce(json_extract(NEW.`facts`, '$.model'), '')) ELSE '' END || char(3, 1, 1)
      || char(2, 57344, 57350)
      || CASE WHEN NEW.`is_favourite` THEN char(2, 57344, 57345) ELSE '' END
      || CASE WHEN NEW.`width` > NEW.`height` THEN char(2, 57344, 57346) WHEN NEW.`width` < NEW.`height` THEN char(2, 57344, 57347) ELSE char(2, 57344, 57348) END
      || coalesce(char(2, 57600 + unicode(substr(NEW.`type`, 7, 1)), 57600 + unicode(substr(NEW.`type`, 8, 1))), '')
      || coalesce((SELECT group_concat(char(2, 983040 + a.`number` / 65000, 983040 + a.`number` % 65000), '') FROM `album_images` AS m
        JOIN `search_albums` AS a ON a.`album_id` = m.`album_id` WHERE m.`image_id` = NEW.`id`), char(2, 57344, 57349))
      || char(1, 1)
    WHERE `image_id` = NEW.`id`;
END;
CREATE TRIGGER `album_images_search_add` AFTER INSERT ON `album_images` BEGIN
  INSERT INTO `search_albums` (`album_id`) SELECT NEW.`album_id` WHERE NOT EXISTS (
    SELECT 1 FROM `search_albums` WHERE `album_id` = NEW.`album_id`);
  UPDATE `search_rows` SET `text` = (SELECT i.`title` || char(1) || i.`name` || char(1) || substr(i.`description`, 1, 10000) || char(1) || substr(i.`alt_text`, 1, 10000)
      || char(1, 3) || CASE WHEN json_valid(i.`facts`) THEN trim(coalesce(json_extract(i.`facts`, '$.make'), '') || ' ' || coalesce(json_extract(i.`facts`, '$.model'), '')) ELSE '' END || char(3, 1, 1)
      || char(2, 57344, 57350)
      || CASE WHEN i.`is_favourite` THEN char(2, 57344, 57345) ELSE '' END
      || CASE WHEN i.`width` > i.`height` THEN char(2, 57344, 57346) WHEN i.`width` < i.`height` THEN char(2, 57344, 57347) ELSE char(2, 57344, 57348) END
      || coalesce(char(2, 57600 + unicode(substr(i.`type`, 7, 1)), 57600 + unicode(substr(i.`type`, 8, 1))), '')
      || coalesce((SELECT group_concat(char(2, 983040 + a.`number` / 65000, 983040 + a.`number` % 65000), '') FROM `album_images` AS m
        JOIN `search_albums` AS a ON a.`album_id` = m.`album_id` WHERE m.`image_id` = i.`id`), char(2, 57344, 57349))
      || char(1, 1)
    FROM `images` AS i WHERE i.`id` = NEW.`image_id`) WHERE `image_id` = NEW.`image_id` AND EXISTS (SELECT 1 FROM `images` WHERE `id` = NEW.`image_id`);
END;
CREATE TRIGGER `album_images_search_remove` AFTER DELETE ON `album_images` BEGIN
  UPDATE `search_rows` SET `text` = (SELECT i.`title` || char(1) || i.`name` || char(1) || substr(i.`description`, 1, 10000) || char(1) || substr(i.`alt_text`, 1, 10000)
      || char(1, 3) || CASE WHEN json_valid(i.`facts`) THEN trim(coalesce(json_extract(i.`facts`, '$.make'), '') || ' ' || coalesce(json_extract(i.`facts`, '$.model'), '')) ELSE '' END || char(3, 1, 1)
      || char(2, 57344, 57350)
      || CASE WHEN i.`is_favourite` THEN char(2, 57344, 57345) ELSE '' END
      || CASE WHEN i.`width` > i.`height` THEN char(2, 57344, 57346) WHEN i.`width` < i.`height` THEN char(2, 57344, 57347) ELSE char(2, 57344, 57348) END
      || coalesce(char(2, 57600 + unicode(substr(i.`type`, 7, 1)), 57600 + unicode(substr(i.`type`, 8, 1))), '')
      || coalesce((SELECT group_concat(char(2, 983040 + a.`number` / 65000, 983040 + a.`number` % 65000), '') FROM `album_images` AS m
        JOIN `search_albums` AS a ON a.`album_id` = m.`album_id` WHERE m.`image_id` = i.`id`), char(2, 57344, 57349))
      || char(1, 1)
    FROM `images` AS i WHERE i.`id` = OLD.`image_id`) WHERE `image_id` = OLD.`image_id` AND EXISTS (SELECT 1 FROM `images` WHERE `id` = OLD.`image_id`);
END;
CREATE TRIGGER `search_rows_add` AFTER INSERT ON `search_rows` BEGIN
  INSERT INTO `search_index` (rowid, `text`) VALUES (NEW.`number`, NEW.`text`);
  INSERT INTO `search_cameras` (`owner_id`, `camera`, `count`) SELECT NEW.`owner_id`, NEW.`camera`, 0 WHERE NEW.`camera` <> ''
    AND NOT EXISTS (SELECT 1 FROM `search_cameras` WHERE `owner_id` = NEW.`owner_id` AND `camera` = NEW.`camera`);
  UPDATE `search_cameras` SET `count` = `count` + 1 WHERE `owner_id` = NEW.`owner_id` AND `camera` = NEW.`camera`;
END;
CREATE TRIGGER `search_rows_change` AFTER UPDATE ON `search_rows` WHEN OLD.`number` <> NEW.`number` OR OLD.`text` <> NEW.`text` BEGIN
  INSERT INTO `search_index` (`search_index`, rowid, `text`) VALUES ('delete', OLD.`number`, OLD.`text`);
  INSERT INTO `search_index` (rowid, `text`) VALUES (NEW.`number`, NEW.`text`);
END;
CREATE TRIGGER `search_rows_camera` AFTER UPDATE OF `camera`, `owner_id` ON `search_rows` WHEN OLD.`camera` <> NEW.`camera` OR OLD.`owner_id` <> NEW.`owner_id` BEGIN
  UPDATE `search_cameras` SET `count` = `count` - 1 WHERE `owner_id` = OLD.`owner_id` AND `camera` = OLD.`camera`;
  DELETE FROM `search_cameras` WHERE `owner_id` = OLD.`owner_id` AND `camera` = OLD.`camera` AND `count` <= 0;
  INSERT INTO `search_cameras` (`owner_id`, `camera`, `count`) SELECT NEW.`owner_id`, NEW.`camera`, 0 WHERE NEW.`camera` <> ''
    AND NOT EXISTS (SELECT 1 FROM `search_cameras` WHERE `owner_id` = NEW.`owner_id` AND `camera` = NEW.`camera`);
  UPDATE `search_cameras` SET `count` = `count` + 1 WHERE `owner_id` = NEW.`owner_id` AND `camera` = NEW.`camera`;
END;
CREATE TRIGGER `search_rows_remove` AFTER DELETE ON `search_rows` BEGIN
  INSERT INTO `search_index` (`search_index`, rowid, `text`) VALUES ('delete', OLD.`number`, OLD.`text`);
  UPDATE `search_cameras` SET `count` = `count` - 1 WHERE `owner_id` = OLD.`owner_id` AND `camera` = OLD.`camera`;
  DELETE FROM `search_cameras` WHERE `owner_id` = OLD.`owner_id` AND `camera` = OLD.`camera` AND `count` <= 0;
END;
CREATE TRIGGER `album_images_note_change` AFTER UPDATE OF `position` ON `album_images` WHEN NOT EXISTS (SELECT 1 FROM `changes` WHERE `kind` = 'muted') BEGIN
  DELETE FROM `changes` WHERE `kind` = 'member' AND `id` = NEW.`album_id` || '/' || NEW.`image_id`;
  INSERT INTO `changes` (`kind`, `id`) VALUES ('member', NEW.`album_id` || '/' || NEW.`image_id`);
END;
CREATE INDEX `album_images_by_date` ON `album_images` (`album_id`,`captured_at`,`captured_order`,`image_id`,`ratio`) WHERE "album_images"."captured_at" is not null;
CREATE INDEX `album_images_by_name` ON `album_images` (`album_id`,`title` COLLATE NOCASE,`image_id`) WHERE "album_images"."captured_at" is not null;
CREATE INDEX `album_images_by_hand` ON `album_images` (`album_id`,`position`,`image_id`,`captured_at`);
CREATE TRIGGER `album_images_order_add` AFTER INSERT ON `album_images` BEGIN
  UPDATE `album_images` SET (`captured_at`, `captured_order`, `title`, `ratio`) = (
    SELECT i.`captured_at`, i.`captured_order`, i.`title`, CAST(round(1000 * min(max(1.0 * i.`width` / max(i.`height`, 1), 0.2), 10)) AS integer)
    FROM `images` AS i JOIN `albums` AS a ON a.`owner_id` = i.`owner_id`
    WHERE i.`id` = `album_images`.`image_id` AND i.`state` = 'ready' AND a.`id` = `album_images`.`album_id`)
  WHERE `album_id` = NEW.`album_id` AND `image_id` = NEW.`image_id`;
END;
CREATE TRIGGER `images_album_order` AFTER UPDATE OF `state`, `captured_at`, `captured_order`, `title`, `width`, `height`, `owner_id` ON `images` WHEN OLD.`state` IS NOT NEW.`state` OR OLD.`captured_at` IS NOT NEW.`captured_at` OR OLD.`captured_order` IS NOT NEW.`captured_order` OR OLD.`title` IS NOT NEW.`title` OR OLD.`width` IS NOT NEW.`width` OR OLD.`height` IS NOT NEW.`height` OR OLD.`owner_id` IS NOT NEW.`owner_id` BEGIN
  UPDATE `album_images` SET (`captured_at`, `captured_order`, `title`, `ratio`) = (
    SELECT i.`captured_at`, i.`captured_order`, i.`title`, CAST(round(1000 * min(max(1.0 * i.`width` / max(i.`height`, 1), 0.2), 10)) AS integer)
    FROM `images` AS i JOIN `albums` AS a ON a.`owner_id` = i.`owner_id`
    WHERE i.`id` = `album_images`.`image_id` AND i.`state` = 'ready' AND a.`id` = `album_images`.`album_id`)
  WHERE `image_id` = NEW.`id`;
END;
CREATE TRIGGER `albums_album_order` AFTER UPDATE OF `owner_id` ON `albums` WHEN OLD.`owner_id` IS NOT NEW.`owner_id` BEGIN
  UPDATE `album_images` SET (`captured_at`, `captured_order`, `title`, `ratio`) = (
    SELECT i.`captured_at`, i.`captured_order`, i.`title`, CAST(round(1000 * min(max(1.0 * i.`width` / max(i.`height`, 1), 0.2), 10)) AS integer)
    FROM `images` AS i JOIN `albums` AS a ON a.`owner_id` = i.`owner_id`
    WHERE i.`id` = `album_images`.`image_id` AND i.`state` = 'ready' AND a.`id` = `album_images`.`album_id`)
  WHERE `album_id` = NEW.`id`;
END;
