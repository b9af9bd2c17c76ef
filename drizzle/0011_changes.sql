CREATE TABLE `changes` (
	`number` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`kind` text NOT NULL,
	`id` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `changes_of` ON `changes` (`kind`,`id`);--> statement-breakpoint
CREATE TABLE `installation` (
	`one` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	CONSTRAINT "installation_one" CHECK("installation"."one" = 1)
);
--> statement-breakpoint
CREATE TABLE `journal_parts` (
	`name` text PRIMARY KEY NOT NULL
);
--> statement-breakpoint
-- Every change of what a person would miss is noted by the database itself. An upsert would be decided by the clause of the statement
-- that fires the trigger, so the earlier note is deleted and another one made.
CREATE TRIGGER `users_note_add` AFTER INSERT ON `users` WHEN NOT EXISTS (SELECT 1 FROM `changes` WHERE `kind` = 'muted') BEGIN
  DELETE FROM `changes` WHERE `kind` = 'user' AND `id` = NEW.`id`;
  INSERT INTO `changes` (`kind`, `id`) VALUES ('user', NEW.`id`);
END;
--> statement-breakpoint
CREATE TRIGGER `users_note_change` AFTER UPDATE OF `name`, `email`, `role` ON `users` WHEN NOT EXISTS (SELECT 1 FROM `changes` WHERE `kind` = 'muted') BEGIN
  DELETE FROM `changes` WHERE `kind` = 'user' AND `id` = NEW.`id`;
  INSERT INTO `changes` (`kind`, `id`) VALUES ('user', NEW.`id`);
END;
--> statement-breakpoint
CREATE TRIGGER `users_note_remove` AFTER DELETE ON `users` WHEN NOT EXISTS (SELECT 1 FROM `changes` WHERE `kind` = 'muted') BEGIN
  DELETE FROM `changes` WHERE `kind` = 'user' AND `id` = OLD.`id`;
  INSERT INTO `changes` (`kind`, `id`) VALUES ('user', OLD.`id`);
END;
--> statement-breakpoint
CREATE TRIGGER `images_note_add` AFTER INSERT ON `images` WHEN NOT EXISTS (SELECT 1 FROM `changes` WHERE `kind` = 'muted') BEGIN
  DELETE FROM `changes` WHERE `kind` = 'image' AND `id` = NEW.`id`;
  INSERT INTO `changes` (`kind`, `id`) VALUES ('image', NEW.`id`);
END;
--> statement-breakpoint
CREATE TRIGGER `images_note_change` AFTER UPDATE ON `images` WHEN NOT EXISTS (SELECT 1 FROM `changes` WHERE `kind` = 'muted') BEGIN
  DELETE FROM `changes` WHERE `kind` = 'image' AND `id` = NEW.`id`;
  INSERT INTO `changes` (`kind`, `id`) VALUES ('image', NEW.`id`);
END;
--> statement-breakpoint
CREATE TRIGGER `images_note_remove` AFTER DELETE ON `images` WHEN NOT EXISTS (SELECT 1 FROM `changes` WHERE `kind` = 'muted') BEGIN
  DELETE FROM `changes` WHERE `kind` = 'image' AND `id` = OLD.`id`;
  INSERT INTO `changes` (`kind`, `id`) VALUES ('image', OLD.`id`);
END;
--> statement-breakpoint
CREATE TRIGGER `albums_note_add` AFTER INSERT ON `albums` WHEN NOT EXISTS (SELECT 1 FROM `changes` WHERE `kind` = 'muted') BEGIN
  DELETE FROM `changes` WHERE `kind` = 'album' AND `id` = NEW.`id`;
  INSERT INTO `changes` (`kind`, `id`) VALUES ('album', NEW.`id`);
END;
--> statement-breakpoint
CREATE TRIGGER `albums_note_change` AFTER UPDATE ON `albums` WHEN NOT EXISTS (SELECT 1 FROM `changes` WHERE `kind` = 'muted') BEGIN
  DELETE FROM `changes` WHERE `kind` = 'album' AND `id` = NEW.`id`;
  INSERT INTO `changes` (`kind`, `id`) VALUES ('album', NEW.`id`);
END;
--> statement-breakpoint
CREATE TRIGGER `albums_note_remove` AFTER DELETE ON `albums` WHEN NOT EXISTS (SELECT 1 FROM `changes` WHERE `kind` = 'muted') BEGIN
  DELETE FROM `changes` WHERE `kind` = 'album' AND `id` = OLD.`id`;
  INSERT INTO `changes` (`kind`, `id`) VALUES ('album', OLD.`id`);
END;
--> statement-breakpoint
CREATE TRIGGER `album_images_note_add` AFTER INSERT ON `album_images` WHEN NOT EXISTS (SELECT 1 FROM `changes` WHERE `kind` = 'muted') BEGIN
  DELETE FROM `changes` WHERE `kind` = 'member' AND `id` = NEW.`album_id` || '/' || NEW.`image_id`;
  INSERT INTO `changes` (`kind`, `id`) VALUES ('member', NEW.`album_id` || '/' || NEW.`image_id`);
END;
--> statement-breakpoint
CREATE TRIGGER `album_images_note_remove` AFTER DELETE ON `album_images` WHEN NOT EXISTS (SELECT 1 FROM `changes` WHERE `kind` = 'muted') BEGIN
  DELETE FROM `changes` WHERE `kind` = 'member' AND `id` = OLD.`album_id` || '/' || OLD.`image_id`;
  INSERT INTO `changes` (`kind`, `id`) VALUES ('member', OLD.`album_id` || '/' || OLD.`image_id`);
END;
