# What the judge's and the solution's process say to each other: JSON in frames, built of plain data. Nothing that is read is ever code.
import collections, datetime, decimal, fractions, json

MOST = 8 << 20
PLAIN = {'date': datetime.date, 'datetime': datetime.datetime, 'time': datetime.time, 'timedelta': datetime.timedelta}


def encode(value, keep):
    one = lambda item: encode(item, keep)
    if value is None or value is True or value is False:
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return ['i', int.__format__(value, 'x')]
    if isinstance(value, float):
        return ['f', float.hex(value)]
    if isinstance(value, complex):
        return ['c', value.real.hex(), value.imag.hex()]
    if isinstance(value, (bytes, bytearray)):
        return ['b' if isinstance(value, bytes) else 'a', value.hex()]
    if isinstance(value, collections.Counter):
        return ['C', [[one(k), one(v)] for k, v in value.items()]]
    if isinstance(value, collections.OrderedDict):
        return ['o', [[one(k), one(v)] for k, v in value.items()]]
    if isinstance(value, dict):
        return ['d', [[one(k), one(v)] for k, v in value.items()]]
    for tag, kind in (('l', list), ('t', tuple), ('s', set), ('z', frozenset), ('q', collections.deque)):
        if isinstance(value, kind):
            return [tag, [one(item) for item in value]]
    if isinstance(value, range):
        return ['r', one(value.start), one(value.stop), one(value.step)]
    if isinstance(value, fractions.Fraction):
        return ['F', one(value.numerator), one(value.denominator)]
    if isinstance(value, decimal.Decimal):
        return ['D', str(value)]
    if type(value) is datetime.timedelta:
        return ['timedelta', one(value.days), one(value.seconds), one(value.microseconds)]
    if type(value) is datetime.datetime and value.tzinfo is None:
        return ['datetime', *map(one, (value.year, value.month, value.day, value.hour, value.minute, value.second, value.microsecond))]
    if type(value) is datetime.date:
        return ['date', one(value.year), one(value.month), one(value.day)]
    if type(value) is datetime.time and value.tzinfo is None:
        return ['time', *map(one, (value.hour, value.minute, value.second, value.microsecond))]
    return ['h', keep(value)]


def decode(form, find):
    one = lambda item: decode(item, find)
    if form is None or form is True or form is False or isinstance(form, str):
        return form
    tag, *rest = form
    if tag == 'i':
        return int(rest[0], 16)
    if tag == 'f':
        return float.fromhex(rest[0])
    if tag == 'c':
        return complex(float.fromhex(rest[0]), float.fromhex(rest[1]))
    if tag in 'ba' and len(tag) == 1:
        return (bytes if tag == 'b' else bytearray).fromhex(rest[0])
    if tag in ('C', 'o', 'd'):
        pairs = [(one(k), one(v)) for k, v in rest[0]]
        return {'C': lambda: collections.Counter(dict(pairs)), 'o': lambda: collections.OrderedDict(pairs), 'd': lambda: dict(pairs)}[tag]()
    kinds = {'l': list, 't': tuple, 's': set, 'z': frozenset, 'q': collections.deque}
    if tag in kinds:
        return kinds[tag](one(item) for item in rest[0])
    if tag == 'r':
        return range(*map(one, rest))
    if tag == 'F':
        return fractions.Fraction(one(rest[0]), one(rest[1]))
    if tag == 'D':
        return decimal.Decimal(rest[0])
    if tag in PLAIN:
        return PLAIN[tag](*map(one, rest))
    if tag == 'h':
        return find(rest[0])
    raise ValueError('not a value')


def send(stream, message):
    data = json.dumps(message).encode()
    if len(data) > MOST:
        raise ValueError('too large')
    stream.write(len(data).to_bytes(4, 'big') + data)
    stream.flush()


def receive(stream):
    size = stream.read(4)
    if len(size) < 4:
        raise EOFError
    size = int.from_bytes(size, 'big')
    if size > MOST:
        raise ValueError('too large')
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return json.loads(data)
