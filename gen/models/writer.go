package models

import (
	"maps"
	"slices"
	"strconv"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// A writer appends JSON. What it appends is not in its last form: the encoder
// goes over it, and refuses a name that occurs twice.
type writer struct {
	data   []byte
	sorted bool // names of dictionaries are
	failed bool // something has no JSON
	spares
}

var writers = sync.Pool{New: func() any { return new(writer) }}

// write appends the object to data. It reports whether it could.
func write(data []byte, o object, sorted bool) ([]byte, bool) {
	w := writers.Get().(*writer)
	*w = writer{data: data, sorted: sorted, spares: w.spares}
	w.object(o)
	data, failed := w.data, w.failed
	*w = writer{spares: w.spares} // what was written is not kept for the next call
	writers.Put(w)
	return data, !failed
}

func (w *writer) object(o object) {
	w.data = append(w.data, '{')
	o.writeMembers(w)
	w.data = append(w.data, '}')
}

// name begins a member.
func (w *writer) name(name string) {
	if w.data[len(w.data)-1] != '{' {
		w.data = append(w.data, ',')
	}
	w.data = append(append(append(w.data, '"'), name...), `":`...)
}

// unknown writes the members that the model does not name. Here they are only
// prevented from closing the object that they are in; the encoder does the rest.
func (w *writer) unknown(members jsontext.Value) {
	if len(members) == 0 {
		return
	}
	length, _ := enclosed(members)
	inside := length - 1
	if length != len(members) || members[0] != '{' || members[inside] != '}' {
		w.failed = true
		return
	}
	if inside > 1 && w.data[len(w.data)-1] != '{' {
		w.data = append(w.data, ',')
	}
	w.data = append(w.data, members[1:inside]...)
}

func (w *writer) null() { w.data = append(w.data, "null"...) }

// text writes a string.
func (w *writer) text(text string) {
	data, err := jsontext.AppendQuote(w.data, text)
	w.data = data
	w.failed = w.failed || err != nil
}

func writeMember[T any](w *writer, name string, v *T, write func(*writer, *T)) {
	w.name(name)
	write(w, v)
}

func writePointer[T any](w *writer, name string, v *T, write func(*writer, *T)) {
	if v != nil {
		writeMember(w, name, v, write)
	}
}

func writeNullable[T any](w *writer, name string, v *Nullable[T], write func(*writer, *T)) {
	switch v.state {
	case absent:
	case null:
		w.name(name)
		w.null()
	case present:
		writeMember(w, name, &v.value, write)
	}
}

// writeValue writes a value of any type.
func writeValue[T any](w *writer, v *T) {
	switch v := any(v).(type) {
	case *string:
		w.text(*v)
	case *int64:
		writeInteger(w, v)
	case *bool:
		writeBool(w, v)
	case *jsontext.Value:
		writeRaw(w, v)
	case interface{ text() *string }:
		w.text(*v.text())
	case object:
		w.object(v)
	case interface{ write(*writer) }:
		v.write(w)
	default:
		data, err := json.Marshal(v, json.Deterministic(w.sorted))
		w.data = append(w.data, data...)
		w.failed = w.failed || err != nil
	}
}

func writeText(w *writer, v *string) { w.text(*v) }

func writeInteger(w *writer, v *int64) { w.data = strconv.AppendInt(w.data, *v, 10) }

func writeBool(w *writer, v *bool) { w.data = strconv.AppendBool(w.data, *v) }

func writeRaw(w *writer, v *jsontext.Value) {
	if *v == nil {
		w.null()
		return
	}
	w.data = append(w.data, *v...)
	w.failed = w.failed || !v.IsValid()
}

func writeList[L ~[]T, T any](w *writer, v *L) {
	w.data = append(w.data, '[')
	for i := range *v {
		if i > 0 {
			w.data = append(w.data, ',')
		}
		writeValue(w, &(*v)[i])
	}
	w.data = append(w.data, ']')
}

func writeDictionary[M ~map[string]T, T any](w *writer, m *M) {
	if len(*m) == 0 {
		w.data = append(w.data, "{}"...)
		return
	}
	v := spare[T](&w.spares)
	w.data = append(w.data, '{')
	if w.sorted && len(*m) > 1 {
		for _, name := range slices.Sorted(maps.Keys(*m)) {
			*v = (*m)[name]
			writeEntry(w, name, v)
		}
	} else {
		var name string
		for name, *v = range *m {
			writeEntry(w, name, v)
		}
	}
	w.data = append(w.data, '}')
	put(&w.spares, v)
}

func writeEntry[T any](w *writer, name string, v *T) {
	if w.data[len(w.data)-1] != '{' {
		w.data = append(w.data, ',')
	}
	w.text(name)
	w.data = append(w.data, ':')
	writeValue(w, v)
}
