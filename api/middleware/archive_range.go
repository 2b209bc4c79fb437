package middleware

import (
	"math"
	"net/http"
	"strconv"
	"strings"
)

// byteRange is a part of an archive.
type byteRange struct{ start, length int64 }

// askedRange is a range as a request names it: the bytes from first to last,
// both included, or, if first is -1, the last so many bytes.
type askedRange struct{ first, last int64 }

// rangeOf returns the one range that a request asks for, if it does so in a
// way that has to be answered; see RFC 9110, sections 13.1.5 and 14.2.
func rangeOf(method string, header http.Header, etag string) (askedRange, bool) {
	if method != http.MethodGet || len(header["Range"]) != 1 {
		return askedRange{}, false
	}
	if conditions := header["If-Range"]; len(conditions) > 0 && (len(conditions) > 1 || etag == "" || conditions[0] != etag) {
		return askedRange{}, false
	}
	unit, set, _ := strings.Cut(header["Range"][0], "=")
	if !strings.EqualFold(strings.TrimSpace(unit), "bytes") {
		return askedRange{}, false
	}
	first, last, ok := strings.Cut(strings.Trim(set, " \t"), "-")
	if !ok {
		return askedRange{}, false
	}
	asked := askedRange{first: -1, last: math.MaxInt64}
	if first != "" {
		if asked.first, ok = position(first); !ok {
			return askedRange{}, false
		}
	}
	if last != "" {
		if asked.last, ok = position(last); !ok {
			return askedRange{}, false
		}
	}
	return asked, (first != "" || last != "") && asked.first <= asked.last
}

// position reads digits; a number that is too large counts as the largest.
func position(digits string) (int64, bool) {
	if strings.Trim(digits, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return math.MaxInt64, true
	}
	return n, true
}

// within is the asked range of an archive of that size; false if it has
// none of these bytes.
func (a askedRange) within(size int64) (byteRange, bool) {
	if a.first < 0 {
		length := min(a.last, size)
		return byteRange{size - length, length}, length > 0
	}
	if a.first >= size {
		return byteRange{}, false
	}
	return byteRange{a.first, min(a.last, size-1) - a.first + 1}, true
}
