CREATE TABLE `months` (
	`owner_id` text NOT NULL,
	`starts_at` integer NOT NULL,
	`count` integer NOT NULL,
	`ratios` integer NOT NULL,
	PRIMARY KEY(`owner_id`, `starts_at`),
	FOREIGN KEY (`owner_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `search_albums` (
	`number` integer PRIMARY KEY NOT NULL,
	`album_id` text NOT NULL,
	FOREIGN KEY (`album_id`) REFERENCES `albums`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `search_albums_album_id_unique` ON `search_albums` (`album_id`);--> statement-breakpoint
CREATE TABLE `search_cameras` (
	`owner_id` text NOT NULL,
	`camera` text NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`owner_id`, `camera`)
);
--> statement-breakpoint
CREATE TABLE `search_owners` (
	`number` integer PRIMARY KEY NOT NULL,
	`owner_id` text NOT NULL,
	FOREIGN KEY (`owner_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `search_owners_owner_id_unique` ON `search_owners` (`owner_id`);--> statement-breakpoint
CREATE TABLE `search_rows` (
	`number` integer PRIMARY KEY NOT NULL,
	`image_id` text NOT NULL,
	`owner_id` text NOT NULL,
	`camera` text NOT NULL,
	`text` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `search_rows_image_id_unique` ON `search_rows` (`image_id`);
--> statement-breakpoint
-- From here on by hand. The text of a picture holds marks, which nobody can type: char(1) parts one text from the next, and ends the
-- last of them, so that each character begins three; char(3) stands around the camera; char(2) begins three characters for
-- favourite (57345), landscape, portrait, square, in no album, any (57350), the type, and each of its albums.
INSERT INTO `months` (`owner_id`, `starts_at`, `count`, `ratios`)
  SELECT i.`owner_id`, strftime('%s', (min(max(i.`captured_at`, -62167219200000), 253402300799999) - (min(max(i.`captured_at`, -62167219200000), 253402300799999) % 1000 + 1000) % 1000) / 1000, 'unixepoch', 'start of month') * 1000 AS m, count(*), sum(CAST(round(1000 * min(max(1.0 * i.`width` / max(i.`height`, 1), 0.2), 10)) AS integer))
  FROM `images` AS i WHERE i.`state` = 'ready' GROUP BY i.`owner_id`, m;
--> statement-breakpoint
INSERT INTO `search_owners` (`owner_id`) SELECT DISTINCT `owner_id` FROM `images` ORDER BY `owner_id`;
--> statement-breakpoint
INSERT INTO `search_albums` (`album_id`) SELECT DISTINCT `album_id` FROM `album_images` ORDER BY `album_id`;
--> statement-breakpoint
-- Each number is one more than the one before at least, so that those of the same moment have one each.
INSERT INTO `search_rows` (`number`, `image_id`, `owner_id`, `camera`, `text`)
  SELECT p.n + max(p.b - p.n) OVER (PARTITION BY p.`owner_id` ORDER BY p.n ROWS UNBOUNDED PRECEDING), i.`id`, i.`owner_id`,
    CASE WHEN json_valid(i.`facts`) THEN trim(coalesce(json_extract(i.`facts`, '$.make'), '') || ' ' || coalesce(json_extract(i.`facts`, '$.model'), '')) ELSE '' END,
    i.`title` || char(1) || i.`name` || char(1) || substr(i.`description`, 1, 10000) || char(1) || substr(i.`alt_text`, 1, 10000)
      || char(1, 3) || CASE WHEN json_valid(i.`facts`) THEN trim(coalesce(json_extract(i.`facts`, '$.make'), '') || ' ' || coalesce(json_extract(i.`facts`, '$.model'), '')) ELSE '' END || char(3, 1, 1)
      || char(2, 57344, 57350)
      || CASE WHEN i.`is_favourite` THEN char(2, 57344, 57345) ELSE '' END
      || CASE WHEN i.`width` > i.`height` THEN char(2, 57344, 57346) WHEN i.`width` < i.`height` THEN char(2, 57344, 57347) ELSE char(2, 57344, 57348) END
      || coalesce(char(2, 57600 + unicode(substr(i.`type`, 7, 1)), 57600 + unicode(substr(i.`type`, 8, 1))), '')
      || coalesce((SELECT group_concat(char(2, 983040 + a.`number` / 65000, 983040 + a.`number` % 65000), '') FROM `album_images` AS m
        JOIN `search_albums` AS a ON a.`album_id` = m.`album_id` WHERE m.`image_id` = i.`id`), char(2, 57344, 57349))
      || char(1, 1)
  FROM (SELECT q.`id`, q.`owner_id`, (SELECT (o.`number` & 32767) * 281474976710656 FROM `search_owners` AS o WHERE o.`owner_id` = q.`owner_id`) + min(max(q.`captured_at` + 10000000000000, 0), 281474976710655) AS b,
      row_number() OVER (PARTITION BY q.`owner_id` ORDER BY q.`captured_at`, q.`captured_order`, q.`id`) AS n
    FROM `images` AS q WHERE q.`state` = 'ready') AS p
  JOIN `images` AS i ON i.`id` = p.`id`;
--> statement-breakpoint
INSERT INTO `search_cameras` (`owner_id`, `camera`, `count`)
  SELECT `owner_id`, `camera`, count(*) FROM `search_rows` WHERE `camera` <> '' GROUP BY `owner_id`, `camera`;
--> statement-breakpoint
CREATE VIRTUAL TABLE `search_index` USING fts5(`text`, content='search_rows', content_rowid='number', columnsize=0, tokenize='trigram remove_diacritics 1');
--> statement-breakpoint
CREATE VIRTUAL TABLE `search_terms` USING fts5vocab('search_index', 'instance');
--> statement-breakpoint
INSERT INTO `search_index` (`search_index`) VALUES ('rebuild');
--> statement-breakpoint
CREATE TRIGGER `images_months_add` AFTER INSERT ON `images` WHEN NEW.`state` = 'ready' BEGIN
  INSERT INTO `months` (`owner_id`, `starts_at`, `count`, `ratios`)
    SELECT NEW.`owner_id`, strftime('%s', (min(max(NEW.`captured_at`, -62167219200000), 253402300799999) - (min(max(NEW.`captured_at`, -62167219200000), 253402300799999) % 1000 + 1000) % 1000) / 1000, 'unixepoch', 'start of month') * 1000, 0, 0 WHERE NOT EXISTS (
      SELECT 1 FROM `months` WHERE `owner_id` = NEW.`owner_id` AND `starts_at` = strftime('%s', (min(max(NEW.`captured_at`, -62167219200000), 253402300799999) - (min(max(NEW.`captured_at`, -62167219200000), 253402300799999) % 1000 + 1000) % 1000) / 1000, 'unixepoch', 'start of month') * 1000);
  UPDATE `months` SET `count` = `count` + 1, `ratios` = `ratios` + CAST(round(1000 * min(max(1.0 * NEW.`width` / max(NEW.`height`, 1), 0.2), 10)) AS integer)
    WHERE `owner_id` = NEW.`owner_id` AND `starts_at` = strftime('%s', (min(max(NEW.`captured_at`, -62167219200000), 253402300799999) - (min(max(NEW.`captured_at`, -62167219200000), 253402300799999) % 1000 + 1000) % 1000) / 1000, 'unixepoch', 'start of month') * 1000;
END;
--> statement-breakpoint
CREATE TRIGGER `images_months_leave` AFTER UPDATE OF `state`, `captured_at`, `width`, `height`, `owner_id` ON `images` WHEN OLD.`state` = 'ready' AND (OLD.`state` IS NOT NEW.`state` OR OLD.`captured_at` IS NOT NEW.`captured_at` OR OLD.`width` IS NOT NEW.`width` OR OLD.`height` IS NOT NEW.`height` OR OLD.`owner_id` IS NOT NEW.`owner_id`) BEGIN
  UPDATE `months` SET `count` = `count` - 1, `ratios` = `ratios` - CAST(round(1000 * min(max(1.0 * OLD.`width` / max(OLD.`height`, 1), 0.2), 10)) AS integer)
    WHERE `owner_id` = OLD.`owner_id` AND `starts_at` = strftime('%s', (min(max(OLD.`captured_at`, -62167219200000), 253402300799999) - (min(max(OLD.`captured_at`, -62167219200000), 253402300799999) % 1000 + 1000) % 1000) / 1000, 'unixepoch', 'start of month') * 1000;
  DELETE FROM `months` WHERE `owner_id` = OLD.`owner_id` AND `starts_at` = strftime('%s', (min(max(OLD.`captured_at`, -62167219200000), 253402300799999) - (min(max(OLD.`captured_at`, -62167219200000), 253402300799999) % 1000 + 1000) % 1000) / 1000, 'unixepoch', 'start of month') * 1000 AND `count` <= 0;
END;
--> statement-breakpoint
CREATE TRIGGER `images_months_enter` AFTER UPDATE OF `state`, `captured_at`, `width`, `height`, `owner_id` ON `images` WHEN NEW.`state` = 'ready' AND (OLD.`state` IS NOT NEW.`state` OR OLD.`captured_at` IS NOT NEW.`captured_at` OR OLD.`width` IS NOT NEW.`width` OR OLD.`height` IS NOT NEW.`height` OR OLD.`owner_id` IS NOT NEW.`owner_id`) BEGIN
  INSERT INTO `months` (`owner_id`, `starts_at`, `count`, `ratios`)
    SELECT NEW.`owner_id`, strftime('%s', (min(max(NEW.`captured_at`, -62167219200000), 253402300799999) - (min(max(NEW.`captured_at`, -62167219200000), 253402300799999) % 1000 + 1000) % 1000) / 1000, 'unixepoch', 'start of month') * 1000, 0, 0 WHERE NOT EXISTS (
      SELECT 1 FROM `months` WHERE `owner_id` = NEW.`owner_id` AND `starts_at` = strftime('%s', (min(max(NEW.`captured_at`, -62167219200000), 253402300799999) - (min(max(NEW.`captured_at`, -62167219200000), 253402300799999) % 1000 + 1000) % 1000) / 1000, 'unixepoch', 'start of month') * 1000);
  UPDATE `months` SET `count` = `count` + 1, `ratios` = `ratios` + CAST(round(1000 * min(max(1.0 * NEW.`width` / max(NEW.`height`, 1), 0.2), 10)) AS integer)
    WHERE `owner_id` = NEW.`owner_id` AND `starts_at` = strftime('%s', (min(max(NEW.`captured_at`, -62167219200000), 253402300799999) - (min(max(NEW.`captured_at`, -62167219200000), 253402300799999) % 1000 + 1000) % 1000) / 1000, 'unixepoch', 'start of month') * 1000;
END;
--> statement-breakpoint
CREATE TRIGGER `images_months_remove` AFTER DELETE ON `images` WHEN OLD.`state` = 'ready' BEGIN
  UPDATE `months` SET `count` = `count` - 1, `ratios` = `ratios` - CAST(round(1000 * min(max(1.0 * OLD.`width` / max(OLD.`height`, 1), 0.2), 10)) AS integer)
    WHERE `owner_id` = OLD.`owner_id` AND `starts_at` = strftime('%s', (min(max(OLD.`captured_at`, -62167219200000), 253402300799999) - (min(max(OLD.`captured_at`, -62167219200000), 253402300799999) % 1000 + 1000) % 1000) / 1000, 'unixepoch', 'start of month') * 1000;
  DELETE FROM `months` WHERE `owner_id` = OLD.`owner_id` AND `starts_at` = strftime('%s', (min(max(OLD.`captured_at`, -62167219200000), 253402300799999) - (min(max(OLD.`captured_at`, -62167219200000), 253402300799999) % 1000 + 1000) % 1000) / 1000, 'unixepoch', 'start of month') * 1000 AND `count` <= 0;
END;
--> statement-breakpoint
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
--> statement-breakpoint
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
--> statement-breakpoint
CREATE TRIGGER `images_search_leave` AFTER UPDATE OF `state` ON `images` WHEN OLD.`state` = 'ready' AND NEW.`state` <> 'ready' BEGIN
  DELETE FROM `search_rows` WHERE `image_id` = OLD.`id`;
END;
--> statement-breakpoint
CREATE TRIGGER `images_search_remove` AFTER DELETE ON `images` WHEN OLD.`state` = 'ready' BEGIN
  DELETE FROM `search_rows` WHERE `image_id` = OLD.`id`;
END;
--> statement-breakpoint
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
--> statement-breakpoint
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
--> statement-breakpoint
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
--> statement-breakpoint
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
--> statement-breakpoint
CREATE TRIGGER `search_rows_add` AFTER INSERT ON `search_rows` BEGIN
  INSERT INTO `search_index` (rowid, `text`) VALUES (NEW.`number`, NEW.`text`);
  INSERT INTO `search_cameras` (`owner_id`, `camera`, `count`) SELECT NEW.`owner_id`, NEW.`camera`, 0 WHERE NEW.`camera` <> ''
    AND NOT EXISTS (SELECT 1 FROM `search_cameras` WHERE `owner_id` = NEW.`owner_id` AND `camera` = NEW.`camera`);
  UPDATE `search_cameras` SET `count` = `count` + 1 WHERE `owner_id` = NEW.`owner_id` AND `camera` = NEW.`camera`;
END;
--> statement-breakpoint
CREATE TRIGGER `search_rows_change` AFTER UPDATE ON `search_rows` WHEN OLD.`number` <> NEW.`number` OR OLD.`text` <> NEW.`text` BEGIN
  INSERT INTO `search_index` (`search_index`, rowid, `text`) VALUES ('delete', OLD.`number`, OLD.`text`);
  INSERT INTO `search_index` (rowid, `text`) VALUES (NEW.`number`, NEW.`text`);
END;
--> statement-breakpoint
CREATE TRIGGER `search_rows_camera` AFTER UPDATE OF `camera`, `owner_id` ON `search_rows` WHEN OLD.`camera` <> NEW.`camera` OR OLD.`owner_id` <> NEW.`owner_id` BEGIN
  UPDATE `search_cameras` SET `count` = `count` - 1 WHERE `owner_id` = OLD.`owner_id` AND `camera` = OLD.`camera`;
  DELETE FROM `search_cameras` WHERE `owner_id` = OLD.`owner_id` AND `camera` = OLD.`camera` AND `count` <= 0;
  INSERT INTO `search_cameras` (`owner_id`, `camera`, `count`) SELECT NEW.`owner_id`, NEW.`camera`, 0 WHERE NEW.`camera` <> ''
    AND NOT EXISTS (SELECT 1 FROM `search_cameras` WHERE `owner_id` = NEW.`owner_id` AND `camera` = NEW.`camera`);
  UPDATE `search_cameras` SET `count` = `count` + 1 WHERE `owner_id` = NEW.`owner_id` AND `camera` = NEW.`camera`;
END;
--> statement-breakpoint
CREATE TRIGGER `search_rows_remove` AFTER DELETE ON `search_rows` BEGIN
  INSERT INTO `search_index` (`search_index`, rowid, `text`) VALUES ('delete', OLD.`number`, OLD.`text`);
  UPDATE `search_cameras` SET `count` = `count` - 1 WHERE `owner_id` = OLD.`owner_id` AND `camera` = OLD.`camera`;
  DELETE FROM `search_cameras` WHERE `owner_id` = OLD.`owner_id` AND `camera` = OLD.`camera` AND `count` <= 0;
END;
