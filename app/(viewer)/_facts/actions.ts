"use server";

import { userAction } from "@/lib/actions";
import { dateEditShape, earlierDatesShape, editDates, restoreDates } from "@/lib/images/edit-dates";

export const changeDates = userAction(dateEditShape, editDates);
export const bringDatesBack = userAction(earlierDatesShape, restoreDates);
