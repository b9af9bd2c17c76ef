ALTER TABLE `album_images` ADD `captured_at` integer;--> statement-breakpoint
ALTER TABLE `album_images` ADD `captured_order` text;--> statement-breakpoint
ALTER TABLE `album_images` ADD `title` text;--> statement-breakpoint
ALTER TABLE `album_images` ADD `ratio` integer;--> statement-breakpoint
-- From here on by hand. What pictures say is no change of an album, so only places are noted as one.
DROP TRIGGER `album_images_note_change`;
--> statement-breakpoint
CREATE TRIGGER `album_images_note_change` AFTER UPDATE OF `position` ON `album_images` WHEN NOT EXISTS (SELECT 1 FROM `changes` WHERE `kind` = 'muted') BEGIN
  DELETE FROM `changes` WHERE `kind` = 'member' AND `id` = NEW.`album_id` || '/' || NEW.`image_id`;
  INSERT INTO `changes` (`kind`, `id`) VALUES ('member', NEW.`album_id` || '/' || NEW.`image_id`);
END;
--> statement-breakpoint
UPDATE `album_images` SET (`captured_at`, `captured_order`, `title`, `ratio`) = (
    SELECT i.`captured_at`, i.`captured_order`, i.`title`, CAST(round(1000 * min(max(1.0 * i.`width` / max(i.`height`, 1), 0.2), 10)) AS integer)
    FROM `images` AS i JOIN `albums` AS a ON a.`owner_id` = i.`owner_id`
    WHERE i.`id` = `album_images`.`image_id` AND i.`state` = 'ready' AND a.`id` = `album_images`.`album_id`);
--> statement-breakpoint
CREATE INDEX `album_images_by_date` ON `album_images` (`album_id`,`captured_at`,`captured_order`,`image_id`,`ratio`) WHERE "album_images"."captured_at" is not null;--> statement-breakpoint
CREATE INDEX `album_images_by_name` ON `album_images` (`album_id`,`title` COLLATE NOCASE,`image_id`) WHERE "album_images"."captured_at" is not null;--> statement-breakpoint
CREATE INDEX `album_images_by_hand` ON `album_images` (`album_id`,`position`,`image_id`,`captured_at`);
--> statement-breakpoint
CREATE TRIGGER `album_images_order_add` AFTER INSERT ON `album_images` BEGIN
  UPDATE `album_images` SET (`captured_at`, `captured_order`, `title`, `ratio`) = (
    SELECT i.`captured_at`, i.`captured_order`, i.`title`, CAST(round(1000 * min(max(1.0 * i.`width` / max(i.`height`, 1), 0.2), 10)) AS integer)
    FROM `images` AS i JOIN `albums` AS a ON a.`owner_id` = i.`owner_id`
    WHERE i.`id` = `album_images`.`image_id` AND i.`state` = 'ready' AND a.`id` = `album_images`.`album_id`)
  WHERE `album_id` = NEW.`album_id` AND `image_id` = NEW.`image_id`;
END;
--> statement-breakpoint
CREATE TRIGGER `images_album_order` AFTER UPDATE OF `state`, `captured_at`, `captured_order`, `title`, `width`, `height`, `owner_id` ON `images` WHEN OLD.`state` IS NOT NEW.`state` OR OLD.`captured_at` IS NOT NEW.`captured_at` OR OLD.`captured_order` IS NOT NEW.`captured_order` OR OLD.`title` IS NOT NEW.`title` OR OLD.`width` IS NOT NEW.`width` OR OLD.`height` IS NOT NEW.`height` OR OLD.`owner_id` IS NOT NEW.`owner_id` BEGIN
  UPDATE `album_images` SET (`captured_at`, `captured_order`, `title`, `ratio`) = (
    SELECT i.`captured_at`, i.`captured_order`, i.`title`, CAST(round(1000 * min(max(1.0 * i.`width` / max(i.`height`, 1), 0.2), 10)) AS integer)
    FROM `images` AS i JOIN `albums` AS a ON a.`owner_id` = i.`owner_id`
    WHERE i.`id` = `album_images`.`image_id` AND i.`state` = 'ready' AND a.`id` = `album_images`.`album_id`)
  WHERE `image_id` = NEW.`id`;
END;
--> statement-breakpoint
CREATE TRIGGER `albums_album_order` AFTER UPDATE OF `owner_id` ON `albums` WHEN OLD.`owner_id` IS NOT NEW.`owner_id` BEGIN
  UPDATE `album_images` SET (`captured_at`, `captured_order`, `title`, `ratio`) = (
    SELECT i.`captured_at`, i.`captured_order`, i.`title`, CAST(round(1000 * min(max(1.0 * i.`width` / max(i.`height`, 1), 0.2), 10)) AS integer)
    FROM `images` AS i JOIN `albums` AS a ON a.`owner_id` = i.`owner_id`
    WHERE i.`id` = `album_images`.`image_id` AND i.`state` = 'ready' AND a.`id` = `album_images`.`album_id`)
  WHERE `album_id` = NEW.`id`;
END;
