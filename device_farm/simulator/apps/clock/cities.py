"""Cities of the world clock, with their IANA time zones; ids and names follow DeskClock's city list."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    id: str
    name: str
    country: str
    zone: str

    @property
    def label(self) -> str:
        return f"{self.name}, {self.country}"


_ROWS = """
Abu Dhabi|United Arab Emirates|Asia/Dubai
Accra|Ghana|Africa/Accra
Addis Ababa|Ethiopia|Africa/Addis_Ababa
Adelaide|Australia|Australia/Adelaide
Algiers|Algeria|Africa/Algiers
Amsterdam|Netherlands|Europe/Amsterdam
Anchorage|United States|America/Anchorage
Athens|Greece|Europe/Athens
Atlanta|United States|America/New_York
Auckland|New Zealand|Pacific/Auckland
Baghdad|Iraq|Asia/Baghdad
Bangkok|Thailand|Asia/Bangkok
Barcelona|Spain|Europe/Madrid
Beijing|China|Asia/Shanghai
Beirut|Lebanon|Asia/Beirut
Bengaluru|India|Asia/Kolkata
Berlin|Germany|Europe/Berlin
Bogota|Colombia|America/Bogota
Boston|United States|America/New_York
Brasilia|Brazil|America/Sao_Paulo
Brisbane|Australia|Australia/Brisbane
Brussels|Belgium|Europe/Brussels
Bucharest|Romania|Europe/Bucharest
Budapest|Hungary|Europe/Budapest
Buenos Aires|Argentina|America/Argentina/Buenos_Aires
Cairo|Egypt|Africa/Cairo
Calgary|Canada|America/Edmonton
Cape Town|South Africa|Africa/Johannesburg
Caracas|Venezuela|America/Caracas
Casablanca|Morocco|Africa/Casablanca
Chicago|United States|America/Chicago
Colombo|Sri Lanka|Asia/Colombo
Copenhagen|Denmark|Europe/Copenhagen
Dallas|United States|America/Chicago
Delhi|India|Asia/Kolkata
Denver|United States|America/Denver
Dhaka|Bangladesh|Asia/Dhaka
Doha|Qatar|Asia/Qatar
Dubai|United Arab Emirates|Asia/Dubai
Dublin|Ireland|Europe/Dublin
Frankfurt|Germany|Europe/Berlin
Geneva|Switzerland|Europe/Zurich
Halifax|Canada|America/Halifax
Hanoi|Vietnam|Asia/Bangkok
Havana|Cuba|America/Havana
Helsinki|Finland|Europe/Helsinki
Hong Kong|Hong Kong|Asia/Hong_Kong
Honolulu|United States|Pacific/Honolulu
Houston|United States|America/Chicago
Istanbul|Turkey|Europe/Istanbul
Jakarta|Indonesia|Asia/Jakarta
Jerusalem|Israel|Asia/Jerusalem
Johannesburg|South Africa|Africa/Johannesburg
Karachi|Pakistan|Asia/Karachi
Kathmandu|Nepal|Asia/Kathmandu
Kyiv|Ukraine|Europe/Kiev
Kuala Lumpur|Malaysia|Asia/Kuala_Lumpur
Lagos|Nigeria|Africa/Lagos
Lima|Peru|America/Lima
Lisbon|Portugal|Europe/Lisbon
London|United Kingdom|Europe/London
Los Angeles|United States|America/Los_Angeles
Madrid|Spain|Europe/Madrid
Manila|Philippines|Asia/Manila
Melbourne|Australia|Australia/Melbourne
Mexico City|Mexico|America/Mexico_City
Miami|United States|America/New_York
Montreal|Canada|America/Toronto
Moscow|Russia|Europe/Moscow
Mumbai|India|Asia/Kolkata
Nairobi|Kenya|Africa/Nairobi
New York|United States|America/New_York
Oslo|Norway|Europe/Oslo
Paris|France|Europe/Paris
Perth|Australia|Australia/Perth
Phoenix|United States|America/Phoenix
Prague|Czech Republic|Europe/Prague
Reykjavik|Iceland|Atlantic/Reykjavik
Riga|Latvia|Europe/Riga
Rio de Janeiro|Brazil|America/Sao_Paulo
Riyadh|Saudi Arabia|Asia/Riyadh
Rome|Italy|Europe/Rome
San Francisco|United States|America/Los_Angeles
Santiago|Chile|America/Santiago
Sao Paulo|Brazil|America/Sao_Paulo
Seattle|United States|America/Los_Angeles
Seoul|South Korea|Asia/Seoul
Shanghai|China|Asia/Shanghai
Singapore|Singapore|Asia/Singapore
Sofia|Bulgaria|Europe/Sofia
Stockholm|Sweden|Europe/Stockholm
Sydney|Australia|Australia/Sydney
Taipei|Taiwan|Asia/Taipei
Tallinn|Estonia|Europe/Tallinn
Tehran|Iran|Asia/Tehran
Tokyo|Japan|Asia/Tokyo
Toronto|Canada|America/Toronto
Tunis|Tunisia|Africa/Tunis
Vancouver|Canada|America/Vancouver
Vienna|Austria|Europe/Vienna
Vilnius|Lithuania|Europe/Vilnius
Warsaw|Poland|Europe/Warsaw
Washington DC|United States|America/New_York
Zagreb|Croatia|Europe/Zagreb
Zurich|Switzerland|Europe/Zurich
"""


def _parse(rows: str) -> tuple[City, ...]:
    cities = []
    for number, row in enumerate(rows.strip().splitlines(), start=1):
        name, country, zone = row.split("|")
        cities.append(City(id=f"C{number}", name=name, country=country, zone=zone))
    return tuple(cities)


CITIES: tuple[City, ...] = _parse(_ROWS)


def find_city(city_id: str) -> City | None:
    return next((city for city in CITIES if city.id == city_id), None)


def search_cities(query: str) -> tuple[City, ...]:
    """Cities whose name, or a word of it, starts with `query`, without regard to case; all of them for no query."""
    wanted = query.strip().lower()
    if not wanted:
        return CITIES
    return tuple(
        city
        for city in CITIES
        if city.name.lower().startswith(wanted) or any(word.startswith(wanted) for word in city.name.lower().split())
    )
