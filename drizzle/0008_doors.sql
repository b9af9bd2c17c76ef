CREATE TABLE `known_places` (
	`user_id` text NOT NULL,
	`place` text NOT NULL,
	`last_used_at` integer NOT NULL,
	PRIMARY KEY(`user_id`, `place`),
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `plain_forms` (
	`id` text PRIMARY KEY NOT NULL,
	`owner_id` text NOT NULL,
	`reserved_bytes` integer NOT NULL,
	`is_used` integer DEFAULT false NOT NULL,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`owner_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `plain_forms_owner` ON `plain_forms` (`owner_id`);--> statement-breakpoint
CREATE INDEX `plain_forms_expiry` ON `plain_forms` (`expires_at`);--> statement-breakpoint
ALTER TABLE `stores` ADD `findings` text;--> statement-breakpoint
ALTER TABLE `stores` ADD `examined_at` integer;--> statement-breakpoint
-- Plain forms count as uploads do: see 0001_used_bytes.sql.
CREATE TRIGGER `plain_forms_used_add` AFTER INSERT ON `plain_forms` BEGIN
  UPDATE `users` SET `used_bytes` = `used_bytes` + NEW.`reserved_bytes` WHERE `id` = NEW.`owner_id`;
END;
--> statement-breakpoint
CREATE TRIGGER `plain_forms_used_change` AFTER UPDATE OF `reserved_bytes` ON `plain_forms` BEGIN
  UPDATE `users` SET `used_bytes` = `used_bytes` + NEW.`reserved_bytes` - OLD.`reserved_bytes` WHERE `id` = NEW.`owner_id`;
END;
--> statement-breakpoint
CREATE TRIGGER `plain_forms_used_remove` AFTER DELETE ON `plain_forms` BEGIN
  UPDATE `users` SET `used_bytes` = `used_bytes` - OLD.`reserved_bytes` WHERE `id` = OLD.`owner_id`;
END;
