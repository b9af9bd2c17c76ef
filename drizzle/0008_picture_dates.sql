ALTER TABLE `images` ADD `captured_zone_minutes` integer;--> statement-breakpoint
ALTER TABLE `images` ADD `captured_order` text DEFAULT '' NOT NULL;--> statement-breakpoint
-- By hand: making the table anew for a check would cost its triggers, and what refers to it.
ALTER TABLE `images` ADD `captured_source` text DEFAULT 'added' NOT NULL
  CONSTRAINT `images_captured_source` CHECK(`captured_source` in ('picture', 'sidecar', 'file', 'added'));--> statement-breakpoint
UPDATE `images` SET `captured_source` = 'picture' WHERE `captured_at` <> `created_at`;--> statement-breakpoint
DROP INDEX `images_gallery`;--> statement-breakpoint
CREATE INDEX `images_gallery` ON `images` (`owner_id`,`captured_at`,`captured_order`,`id`) WHERE "images"."state" = 'ready';--> statement-breakpoint
ALTER TABLE `jobs` ADD `position` text;--> statement-breakpoint
ALTER TABLE `uploads` ADD `file_date` text;
