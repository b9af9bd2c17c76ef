import { sql } from "drizzle-orm";
import {
  check,
  index,
  integer,
  primaryKey,
  real,
  sqliteTable,
  text,
  uniqueIndex,
} from "drizzle-orm/sqlite-core";
import type { AlbumSorting } from "@/lib/albums/contract";
import type { FailureValues } from "@/lib/errors";
import type { CapturedSource, FileDate, ImageType, VariantKind, VariantType } from "@/lib/images/contract";
import type { ObjectOffer, UploadState } from "@/lib/uploads/contract";

const timestamp = (name: string) => integer(name, { mode: "timestamp_ms" });

// ── accounts: the property names are better-auth's ──────────────────────────────────────────────────────────────

export const users = sqliteTable(
  "users",
  {
    id: text().primaryKey(),
    name: text().notNull(),
    email: text().notNull().unique(),
    emailVerified: integer("email_verified", { mode: "boolean" }).notNull().default(false),
    image: text(),
    role: text().$type<"user" | "admin">().notNull().default("user"),
    /** Bytes stored and reserved. Triggers on images and uploads keep it, so that it cannot drift. */
    usedBytes: integer("used_bytes").notNull().default(0),
    createdAt: timestamp("created_at").notNull(),
    updatedAt: timestamp("updated_at").notNull(),
  },
  (t) => [check("users_role", sql`${t.role} in ('user', 'admin')`)],
);

export const sessions = sqliteTable(
  "sessions",
  {
    id: text().primaryKey(),
    userId: text("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    /** `sha256:` and the hash of what the cookie holds: see lib/accounts/session-tokens.ts */
    token: text().notNull().unique(),
    ipAddress: text("ip_address"),
    userAgent: text("user_agent"),
    expiresAt: timestamp("expires_at").notNull(),
    createdAt: timestamp("created_at").notNull(),
    updatedAt: timestamp("updated_at").notNull(),
  },
  (t) => [index("sessions_user").on(t.userId)],
);

export const accounts = sqliteTable(
  "accounts",
  {
    id: text().primaryKey(),
    userId: text("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    accountId: text("account_id").notNull(),
    providerId: text("provider_id").notNull(),
    /** Argon2id, in its encoded form */
    password: text(),
    accessToken: text("access_token"),
    refreshToken: text("refresh_token"),
    idToken: text("id_token"),
    accessTokenExpiresAt: timestamp("access_token_expires_at"),
    refreshTokenExpiresAt: timestamp("refresh_token_expires_at"),
    scope: text(),
    createdAt: timestamp("created_at").notNull(),
    updatedAt: timestamp("updated_at").notNull(),
  },
  (t) => [index("accounts_user").on(t.userId)],
);

export const verifications = sqliteTable("verifications", {
  id: text().primaryKey(),
  identifier: text().notNull(),
  value: text().notNull(),
  expiresAt: timestamp("expires_at").notNull(),
  createdAt: timestamp("created_at").notNull(),
  updatedAt: timestamp("updated_at").notNull(),
});

/** What programs show instead of a session. The secret itself was shown once, and is nowhere. */
export const tokens = sqliteTable(
  "tokens",
  {
    id: text().primaryKey(),
    userId: text("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    name: text().notNull(),
    /** SHA-256 of the secret in base64: of 32 random bytes there is nothing to guess, so that a slow hash would gain nothing. */
    hash: text().notNull().unique(),
    scopes: text({ mode: "json" }).$type<("upload" | "read" | "delete")[]>().notNull(),
    createdAt: timestamp("created_at").notNull(),
    /** null: never */
    expiresAt: timestamp("expires_at"),
    /** to the minute; null: not yet */
    lastUsedAt: timestamp("last_used_at"),
  },
  (t) => [index("tokens_user").on(t.userId)],
);

/** Where somebody has signed in before: there a stranger's wrong guesses do not keep them out. */
export const knownPlaces = sqliteTable(
  "known_places",
  {
    userId: text("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    /** `browser:` and the SHA-256 of what its cookie holds, or `address:` and the network */
    place: text().notNull(),
    lastUsedAt: timestamp("last_used_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.userId, t.place] })],
);

/** How often something was done in a window of time; `key` says what and by whom. */
export const rateLimits = sqliteTable(
  "rate_limits",
  {
    key: text().notNull(),
    windowStart: timestamp("window_start").notNull(),
    count: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.key, t.windowStart] })],
);

/** Work that is due from time to time: whoever sets `not_before` ahead does it, so that one instance does it at a time. */
export const jobs = sqliteTable("jobs", {
  name: text().primaryKey(),
  notBefore: timestamp("not_before").notNull(),
  /** Behind which work goes on that was cut short; null where there is none. */
  position: text(),
});

/** What the store of a bucket can, as it was last found out: see `Traits` in lib/storage/stores/traits.ts. */
export const stores = sqliteTable("stores", {
  /** the URL at which browsers reach the bucket */
  bucketUrl: text("bucket_url").primaryKey(),
  traits: text({ mode: "json" }).$type<unknown>().notNull(),
  foundAt: timestamp("found_at").notNull(),
  /** What the doctor said at its last examination, and when that was. null: an older Pail did not keep it. */
  findings: text({ mode: "json" }).$type<unknown>(),
  examinedAt: timestamp("examined_at"),
});

// ── pictures ────────────────────────────────────────────────────────────────────────────────────────────────────

/** An intent: someone asked to put one picture. The row is there before the bytes are. */
export const uploads = sqliteTable(
  "uploads",
  {
    id: text().primaryKey(),
    ownerId: text("owner_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    /** The image that this upload becomes: known beforehand, so that a confirm can be run again. */
    imageId: text("image_id").notNull().unique(),
    name: text().notNull(),
    /** Whoever sends the original alone has its variants made by the server, once it has arrived. */
    objects: text({ mode: "json" })
      .$type<{ original: ObjectOffer<ImageType> } & Partial<Record<VariantKind, ObjectOffer<VariantType>>>>()
      .notNull(),
    /** base64; empty until the server has made the variants */
    thumbhash: text().notNull(),
    /** For a picture that has no date of its own; null where the sender said nothing. */
    fileDate: text("file_date", { mode: "json" }).$type<FileDate>(),
    /** S3's id of the multipart upload, where the original goes in parts. */
    multipartId: text("multipart_id"),
    /** Counts against the owner's quota until the upload has ended; then 0, and what is put after that counts by itself. */
    reservedBytes: integer("reserved_bytes").notNull(),
    /** How often the server has begun to decode it; an answer of the decoder ends the count. */
    decodeTries: integer("decode_tries").notNull().default(0),
    state: text().$type<UploadState>().notNull().default("pending"),
    errorCode: text("error_code"),
    errorMessage: text("error_message"),
    /** With which pages word the error in the person's language; null where it has none. */
    errorValues: text("error_values", { mode: "json" }).$type<FailureValues>(),
    createdAt: timestamp("created_at").notNull(),
    /** When the last policy issued for it ends. */
    expiresAt: timestamp("expires_at").notNull(),
  },
  (t) => [
    check(
      "uploads_state",
      sql`${t.state} in ('pending', 'verifying', 'ready', 'rejected', 'expired', 'abandoned')`,
    ),
    index("uploads_open").on(t.ownerId).where(sql`${t.state} in ('pending', 'verifying')`),
    index("uploads_expiry").on(t.expiresAt),
  ],
);

/** A plain form that was given out, and may still be used: also once a picture has come by it. */
export const plainForms = sqliteTable(
  "plain_forms",
  {
    /** also of the upload that it becomes */
    id: text().primaryKey(),
    ownerId: text("owner_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    /** the most that it lets through */
    maxBytes: integer("max_bytes").notNull(),
    expiresAt: timestamp("expires_at").notNull(),
  },
  (t) => [index("plain_forms_owner").on(t.ownerId), index("plain_forms_expiry").on(t.expiresAt)],
);

/** A verified picture that someone owns. */
export const images = sqliteTable(
  "images",
  {
    id: text().primaryKey(),
    ownerId: text("owner_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    /** A picture lacks the variants that came to Pail after it. */
    keys: text({ mode: "json" })
      .$type<{ original: string } & Partial<Record<VariantKind, string>>>()
      .notNull(),
    variantTypes: text("variant_types", { mode: "json" })
      .$type<Partial<Record<VariantKind, VariantType>>>()
      .notNull(),
    name: text().notNull(),
    title: text().notNull(),
    description: text().notNull().default(""),
    /** What a screen reader says in place of the picture. Empty: the title does. */
    altText: text("alt_text").notNull().default(""),
    isFavourite: integer("is_favourite", { mode: "boolean" }).notNull().default(false),
    type: text().$type<ImageType>().notNull(),
    bytes: integer().notNull(),
    /** The original and its variants together: what counts against the quota. */
    storedBytes: integer("stored_bytes").notNull(),
    /** base64 */
    sha256: text().notNull(),
    width: integer().notNull(),
    height: integer().notNull(),
    /** When it was taken, as far as that is known; as if the camera's clock had shown UTC. */
    capturedAt: timestamp("captured_at").notNull(),
    /** By how much that clock was ahead of UTC; null where nobody noted it. */
    capturedZoneMinutes: integer("captured_zone_minutes"),
    /** Orders pictures of the same millisecond: see `orderWithin` in lib/images/captured.ts. Empty until an older one is refreshed. */
    capturedOrder: text("captured_order").notNull().default(""),
    capturedSource: text("captured_source").$type<CapturedSource>().notNull().default("added"),
    /** Whether a person set the date: then what the file says no longer does. */
    isDateEdited: integer("is_date_edited", { mode: "boolean" }).notNull().default(false),
    /** What the file says of itself, to be read by `readFacts`. null: a Pail added it that did not read them. */
    facts: text({ mode: "json" }).$type<unknown>(),
    thumbhash: text().notNull(),
    /** ready → trashed (can be undone) → purging (its objects are being deleted) → no row */
    state: text().$type<"ready" | "trashed" | "purging">().notNull().default("ready"),
    createdAt: timestamp("created_at").notNull(),
    deletedAt: timestamp("deleted_at"),
  },
  (t) => [
    check("images_state", sql`${t.state} in ('ready', 'trashed', 'purging')`),
    check("images_captured_source", sql`${t.capturedSource} in ('picture', 'sidecar', 'file', 'added')`),
    check("images_deleted", sql`(${t.state} = 'ready') = (${t.deletedAt} is null)`),
    index("images_gallery")
      .on(t.ownerId, t.capturedAt, t.capturedOrder, t.id)
      .where(sql`${t.state} = 'ready'`),
    uniqueIndex("images_content").on(t.ownerId, t.sha256).where(sql`${t.state} = 'ready'`),
    index("images_trash").on(t.deletedAt).where(sql`${t.state} <> 'ready'`),
    index("images_trash_of").on(t.ownerId, t.deletedAt, t.id).where(sql`${t.state} = 'trashed'`),
  ],
);

/** Pictures under a name, which their folder had or a person gave. A picture may be in several, and stays when they go. */
export const albums = sqliteTable(
  "albums",
  {
    id: text().primaryKey(),
    ownerId: text("owner_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    name: text().notNull(),
    description: text().notNull().default(""),
    /** Chosen by a person; null, or one that is not in the album any more: its newest picture. */
    coverId: text("cover_id"),
    sorting: text().$type<AlbumSorting>().notNull().default("newest"),
    createdAt: timestamp("created_at").notNull(),
    /** When it went into the trash, with its list of pictures; null where it has not. */
    deletedAt: timestamp("deleted_at"),
  },
  (t) => [
    check("albums_sorting", sql`${t.sorting} in ('newest', 'oldest', 'name', 'hand')`),
    uniqueIndex("albums_name").on(t.ownerId, t.name).where(sql`${t.deletedAt} is null`),
    index("albums_trash").on(t.deletedAt).where(sql`${t.deletedAt} is not null`),
  ],
);

/** Which pictures are in which album, also those in the trash: a picture that is brought back is where it was. */
export const albumImages = sqliteTable(
  "album_images",
  {
    albumId: text("album_id")
      .notNull()
      .references(() => albums.id, { onDelete: "cascade" }),
    imageId: text("image_id")
      .notNull()
      .references(() => images.id, { onDelete: "cascade" }),
    /** Where it stands among the others where they are ordered by hand; of the same number, by id. */
    position: real().notNull().default(0),
    // What else an album is ordered and counted by, as the picture itself has it: triggers keep it, and migration 0014 says how. All of
    // it is null while the picture is in the trash.
    capturedAt: timestamp("captured_at"),
    capturedOrder: text("captured_order"),
    title: text(),
    /** width by height of its tile, in whole thousandths */
    ratio: integer(),
  },
  (t) => [
    primaryKey({ columns: [t.albumId, t.imageId] }),
    index("album_images_image").on(t.imageId),
    index("album_images_by_date")
      .on(t.albumId, t.capturedAt, t.capturedOrder, t.imageId, t.ratio)
      .where(sql`${t.capturedAt} is not null`),
    index("album_images_by_name")
      .on(t.albumId, sql`${t.title} collate nocase`, t.imageId)
      .where(sql`${t.capturedAt} is not null`),
    // Of those in the trash too: what is added stands behind all.
    index("album_images_by_hand").on(t.albumId, t.position, t.imageId, t.capturedAt),
  ],
);

// ── what is worked out of the pictures: triggers keep all of it, and migration 0013 says how ────────────────────────

/** What a timeline has to know before its pictures are there: how many a month has, and how much room they take. */
export const months = sqliteTable(
  "months",
  {
    ownerId: text("owner_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    /** its first moment, as the cameras' clocks had it */
    startsAt: timestamp("starts_at").notNull(),
    /** of its pictures, but for those in the trash; there is no month of none */
    count: integer().notNull(),
    /** width by height of all its tiles together, each in whole thousandths */
    ratios: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.ownerId, t.startsAt] })],
);

/** Whose pictures they are, as numbers of searchable pictures have it in their upper bits. */
export const searchOwners = sqliteTable("search_owners", {
  number: integer().primaryKey(),
  ownerId: text("owner_id")
    .notNull()
    .unique()
    .references(() => users.id, { onDelete: "cascade" }),
});

/** A number for each album that had a picture: its mark in the text of what is in it. */
export const searchAlbums = sqliteTable("search_albums", {
  number: integer().primaryKey(),
  albumId: text("album_id")
    .notNull()
    .unique()
    .references(() => albums.id, { onDelete: "cascade" }),
});

/**
 * What is searched of each picture, but for those in the trash. `search_index`, which no schema can say, is the FTS5 index of it:
 * see “Search” in lib/images/README.md.
 */
export const searchRows = sqliteTable("search_rows", {
  /** Of whom, and when it was taken: in the order of the gallery. Beyond what JavaScript counts, so it stays in the database. */
  number: integer().primaryKey(),
  imageId: text("image_id").notNull().unique(),
  ownerId: text("owner_id").notNull(),
  /** maker and model; empty where the file says nothing */
  camera: text().notNull(),
  /** what people and cameras said of it, and marks for what else can be chosen */
  text: text().notNull(),
});

/** The cameras that one can choose between. */
export const searchCameras = sqliteTable(
  "search_cameras",
  {
    ownerId: text("owner_id").notNull(),
    camera: text().notNull(),
    /** of its pictures, but for those in the trash */
    count: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.ownerId, t.camera] })],
);

// ── what is told beside the pictures: see “Journal” in lib/upkeep/README.md ─────────────────────────────────────────

/**
 * What was changed since the journal in the bucket was written. Triggers on users, images, albums and album_images keep it, so
 * that no code has to remember; a change of the same thing again takes the place of the one before, under a higher number. While
 * there is a row of the kind `muted`, nothing is noted.
 */
export const changes = sqliteTable(
  "changes",
  {
    number: integer().primaryKey({ autoIncrement: true }),
    kind: text().notNull(),
    id: text().notNull(),
  },
  (t) => [uniqueIndex("changes_of").on(t.kind, t.id)],
);

/** The parts of the bucket's journal that this database wrote, or has taken over. Another one is news to it. */
export const journalParts = sqliteTable("journal_parts", {
  /** under journal/ */
  name: text().primaryKey(),
});

/** Which Pail this is: its bucket says the same under `journal/pail.json`. One row, once there is something to tell. */
export const installation = sqliteTable(
  "installation",
  {
    one: integer().primaryKey(),
    id: text().notNull(),
  },
  (t) => [check("installation_one", sql`${t.one} = 1`)],
);
