-- users.used_bytes is what images hold and open uploads have reserved. The database itself keeps the sum.
CREATE TRIGGER `images_used_add` AFTER INSERT ON `images` BEGIN
  UPDATE `users` SET `used_bytes` = `used_bytes` + NEW.`stored_bytes` WHERE `id` = NEW.`owner_id`;
END;
--> statement-breakpoint
CREATE TRIGGER `images_used_change` AFTER UPDATE OF `stored_bytes` ON `images` BEGIN
  UPDATE `users` SET `used_bytes` = `used_bytes` + NEW.`stored_bytes` - OLD.`stored_bytes` WHERE `id` = NEW.`owner_id`;
END;
--> statement-breakpoint
CREATE TRIGGER `images_used_remove` AFTER DELETE ON `images` BEGIN
  UPDATE `users` SET `used_bytes` = `used_bytes` - OLD.`stored_bytes` WHERE `id` = OLD.`owner_id`;
END;
--> statement-breakpoint
CREATE TRIGGER `uploads_used_add` AFTER INSERT ON `uploads` BEGIN
  UPDATE `users` SET `used_bytes` = `used_bytes` + NEW.`reserved_bytes` WHERE `id` = NEW.`owner_id`;
END;
--> statement-breakpoint
CREATE TRIGGER `uploads_used_change` AFTER UPDATE OF `reserved_bytes` ON `uploads` BEGIN
  UPDATE `users` SET `used_bytes` = `used_bytes` + NEW.`reserved_bytes` - OLD.`reserved_bytes` WHERE `id` = NEW.`owner_id`;
END;
--> statement-breakpoint
CREATE TRIGGER `uploads_used_remove` AFTER DELETE ON `uploads` BEGIN
  UPDATE `users` SET `used_bytes` = `used_bytes` - OLD.`reserved_bytes` WHERE `id` = OLD.`owner_id`;
END;
