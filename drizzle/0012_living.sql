-- Columns are added one by one: making `albums` anew, as the generator would for its check, would lose its triggers and, by the foreign
-- key, what is in each album.
ALTER TABLE `images` ADD `description` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `images` ADD `alt_text` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `images` ADD `is_favourite` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `images` ADD `is_date_edited` integer DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX `images_trash_of` ON `images` (`owner_id`,`deleted_at`,`id`) WHERE "images"."state" = 'trashed';--> statement-breakpoint
ALTER TABLE `albums` ADD `description` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `albums` ADD `cover_id` text;--> statement-breakpoint
ALTER TABLE `albums` ADD `sorting` text DEFAULT 'newest' NOT NULL CONSTRAINT "albums_sorting" CHECK(`sorting` in ('newest', 'oldest', 'name', 'hand'));--> statement-breakpoint
ALTER TABLE `albums` ADD `deleted_at` integer;--> statement-breakpoint
DROP INDEX `albums_name`;--> statement-breakpoint
CREATE UNIQUE INDEX `albums_name` ON `albums` (`owner_id`,`name`) WHERE "albums"."deleted_at" is null;--> statement-breakpoint
CREATE INDEX `albums_trash` ON `albums` (`deleted_at`) WHERE "albums"."deleted_at" is not null;--> statement-breakpoint
ALTER TABLE `album_images` ADD `position` real DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE TRIGGER `album_images_note_change` AFTER UPDATE ON `album_images` WHEN NOT EXISTS (SELECT 1 FROM `changes` WHERE `kind` = 'muted') BEGIN
  DELETE FROM `changes` WHERE `kind` = 'member' AND `id` = NEW.`album_id` || '/' || NEW.`image_id`;
  INSERT INTO `changes` (`kind`, `id`) VALUES ('member', NEW.`album_id` || '/' || NEW.`image_id`);
END;
