package record

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// The zip file of a package has one spelling: entries in the order of their
// names, stored as they are, with nothing between, before or after them. So a
// reader makes it again from what it holds, and any other byte shows. Nothing
// is deflated, because another version of the compiler might do it otherwise;
// pictures and PDF would not get smaller anyway.

const (
	maxPackage = 64 << 20 // bytes; more is not one of ours
	maxEntries = 500
)

// packName is what an entry may be called.
var packName = regexp.MustCompile(`^(?:VERIFY\.txt|journal\.jsonl|provenance\.json|redactions\.json|report\.(?:pdf|html)|(?:original-)?manifest-sha256\.txt|time/(?:chain\.pem|manifest-sha256\.txt|stamp\.json|stamp\.tsr)|shots/\d{2,}-[a-z0-9-]+\.png|mail/[A-Za-z0-9][A-Za-z0-9._-]{0,80}\.eml)$`)

// pack gives the zip file. The stamp stands as the time of every entry.
func pack(files map[string][]byte, stamp time.Time) []byte {
	var b, directory bytes.Buffer
	put := binary.LittleEndian
	date, clock := dosTime(stamp)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		content, offset := files[name], b.Len()
		// From "version needed" to "extra field length", which both headers have.
		common := put.AppendUint16(nil, 20)
		common = put.AppendUint16(common, 0) // no flags
		common = put.AppendUint16(common, zip.Store)
		common = put.AppendUint16(common, clock)
		common = put.AppendUint16(common, date)
		common = put.AppendUint32(common, crc32.ChecksumIEEE(content))
		common = put.AppendUint32(common, uint32(len(content)))
		common = put.AppendUint32(common, uint32(len(content)))
		common = put.AppendUint16(common, uint16(len(name)))
		common = put.AppendUint16(common, 0) // no extra field

		b.WriteString("PK\x03\x04")
		b.Write(common)
		b.WriteString(name)
		b.Write(content)

		directory.WriteString("PK\x01\x02")
		directory.Write(put.AppendUint16(nil, 3<<8|20)) // made on Unix, for the permissions
		directory.Write(common)
		directory.Write(make([]byte, 6)) // no comment, first disk, no internal attributes
		directory.Write(put.AppendUint32(nil, 0o100600<<16))
		directory.Write(put.AppendUint32(nil, uint32(offset)))
		directory.WriteString(name)
	}
	end := put.AppendUint32([]byte("PK\x05\x06"), 0)
	end = put.AppendUint16(end, uint16(len(files)))
	end = put.AppendUint16(end, uint16(len(files)))
	end = put.AppendUint32(end, uint32(directory.Len()))
	end = put.AppendUint32(end, uint32(b.Len()))
	b.Write(directory.Bytes())
	b.Write(put.AppendUint16(end, 0)) // no comment
	return b.Bytes()
}

// dosTime writes a moment as zip does: local, to two seconds.
func dosTime(t time.Time) (date, clock uint16) {
	if t.Year() < 1980 || t.Year() > 2107 {
		t = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return uint16((t.Year()-1980)<<9 | int(t.Month())<<5 | t.Day()), uint16(t.Hour()<<11 | t.Minute()<<5 | t.Second()/2)
}

// stamp is the time of the entries of a package: that of the last line of its
// journal, as the person's clock showed it.
func (j journal) stamp() time.Time {
	if len(j.lines) == 0 {
		return time.Time{}
	}
	l := j.lines[len(j.lines)-1]
	if zone, err := time.Parse(zoneFormat, l.Zone); err == nil {
		return l.Time.In(zone.Location())
	}
	return l.Time
}

// unpack gives the files of a package, in memory. An error means that it is not
// a zip file as [pack] makes them: it has other names, names twice, links,
// compressed entries, or more than one of ours could hold. Whether every byte is
// as pack writes it is for the caller to see.
func unpack(b []byte) (map[string][]byte, error) {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, err
	}
	if len(z.File) > maxEntries {
		return nil, errors.New("too many entries")
	}
	files, room := map[string][]byte{}, uint64(len(b))
	seen := map[string]bool{} // some systems do not tell small letters from capitals
	for n, entry := range z.File {
		// Not compressed, nothing grows: all entries together are no larger than the file.
		switch size := entry.UncompressedSize64; {
		case !packName.MatchString(entry.Name) || strings.Contains(entry.Name, ".."):
			return nil, fmt.Errorf("entry %d has a name that no export has", n+1)
		case !entry.Mode().IsRegular() || entry.Method != zip.Store || entry.CompressedSize64 != size || size > room:
			return nil, fmt.Errorf("entry %d is not stored as exports store it", n+1)
		case seen[strings.ToLower(entry.Name)]:
			return nil, fmt.Errorf("entry %d is there twice", n+1)
		default:
			room -= size
			seen[strings.ToLower(entry.Name)] = true
		}
		r, err := entry.Open()
		if err != nil {
			return nil, fmt.Errorf("entry %d: %w", n+1, err)
		}
		content, err := io.ReadAll(io.LimitReader(r, int64(entry.UncompressedSize64)+1))
		if err = errors.Join(err, r.Close()); err != nil {
			return nil, fmt.Errorf("entry %d: %w", n+1, err)
		}
		files[entry.Name] = content
	}
	return files, nil
}
