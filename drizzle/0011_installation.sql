CREATE TABLE `installation` (
	`only` integer PRIMARY KEY DEFAULT 1 NOT NULL,
	`id` text NOT NULL,
	CONSTRAINT "installation_only" CHECK("installation"."only" = 1)
);
--> statement-breakpoint
INSERT INTO `installation` (`id`) VALUES (lower(hex(randomblob(16))));
