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
	`max_bytes` integer NOT NULL,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`owner_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `plain_forms_owner` ON `plain_forms` (`owner_id`);--> statement-breakpoint
CREATE INDEX `plain_forms_expiry` ON `plain_forms` (`expires_at`);--> statement-breakpoint
ALTER TABLE `stores` ADD `findings` text;--> statement-breakpoint
ALTER TABLE `stores` ADD `examined_at` integer;