CREATE TABLE `stores` (
	`bucket_url` text PRIMARY KEY NOT NULL,
	`traits` text NOT NULL,
	`found_at` integer NOT NULL
);
