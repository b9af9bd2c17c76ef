import Link from "next/link";
import { Entrance } from "./_ui/entrance";
import { quietButton } from "./_ui/styles";

export default function NotFound() {
  return (
    <Entrance title="There is nothing here">
      <p className="text-quiet">It may have been deleted, or the address is not quite right.</p>
      <Link href="/" className={quietButton} prefetch={false}>
        To your pictures
      </Link>
    </Entrance>
  );
}
