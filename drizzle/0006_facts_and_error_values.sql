ALTER TABLE `images` ADD `facts` text;--> statement-breakpoint
ALTER TABLE `uploads` ADD `error_values` text;