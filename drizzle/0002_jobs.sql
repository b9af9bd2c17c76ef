CREATE TABLE `jobs` (
	`name` text PRIMARY KEY NOT NULL,
	`not_before` integer NOT NULL
);
