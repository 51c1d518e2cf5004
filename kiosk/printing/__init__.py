"""Everything on paper: the receipt's layout and signature, the certificate's check, the print journal."""
